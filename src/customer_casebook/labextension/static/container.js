// How JupyterLab 4 and Notebook 7 find our plugins: the container that a builder would write ("module federation").
// There is no builder, for there is nothing to build, and so no built file that can differ from its source.

(window._JUPYTERLAB ??= {})["customer-casebook"] = {
  init() {},
  async get() {
    const { plugins } = await import("./plugins.js");
    return () => ({ __esModule: true, default: plugins });
  },
};
