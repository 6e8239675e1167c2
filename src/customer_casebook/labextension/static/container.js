// How JupyterLab 4 and Notebook 7 find our plugins: the container that a builder would write ("module federation").
// There is no builder, for there is nothing to build, and so no built file that can differ from its source.

let shared; // what the page shares with its extensions

(window._JUPYTERLAB ??= {})["customer-casebook"] = {
  init(scope) {
    shared = scope;
  },
  async get() {
    const { plugins } = await import("./plugins.js");
    const [{ get }] = Object.values(shared["@lumino/widgets"]); // there is one, for two would not work together
    const { Widget } = (await get())();
    return () => ({ __esModule: true, default: plugins(Widget) });
  },
};
