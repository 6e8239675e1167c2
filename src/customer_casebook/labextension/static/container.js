// How JupyterLab 4 and Notebook 7 find our plugins: the container that a builder would write ("module federation").
// There is no builder, for there is nothing to build, and so no built file that can differ from its source.

let shared; // what the page shares with its extensions

async function take(name) {
  const [version] = Object.values(shared[name] ?? {}); // there is one, for two would not work together
  return version ? (await version.get())() : {};
}

(window._JUPYTERLAB ??= {})["customer-casebook"] = {
  init(scope) {
    shared = scope;
  },
  async get() {
    const { plugins } = await import("./plugins.js");
    const ours = await plugins(take);
    return () => ({ __esModule: true, default: ours });
  },
};
