// How JupyterLab 4 and Notebook 7 find our plugins: this is the container that a bundler would write ("module federation").
// There is no bundler, for there is nothing to bundle: no module is shared, and no built file can differ from its source.

(window._JUPYTERLAB ??= {})["customer-casebook"] = {
  init() {},
  async get() {
    const { plugins } = await import("./plugins.js");
    return () => ({ __esModule: true, default: plugins });
  },
};
