// A saved activity is a transcript, and the id of the widget that stood there (see jupyter.py). While Python still has
// that widget it is shown again, as the learner left it; if not, the transcript stays. Where a server without our hook
// has saved the widget's view too, the same holds.
//
// Only what is drawn changes, and never the notebook's model: nothing has to be saved, and nobody else sees a change.

const VIEW = "application/vnd.jupyter.widget-view+json";
const TRANSCRIPT = "text/html";

const ENDED = "Python has stopped or was started anew, so the activities here are transcripts only. To go on, choose ";
const RUN = "Run, then Run All Cells.";
const RESTART = "Kernel, then Restart Kernel and Run All Cells."; // without a kernel, Run All Cells runs one cell
const LOOK =
  "margin: 0 0 1em; padding: 0.5em 1em; " +
  "border: 1px solid var(--jp-border-color1); border-left: 4px solid var(--jp-warn-color1)";

// The view of a widget that has a transcript beside it. Of an untrusted output, the transcript is all that is shown.
// JupyterLab takes the id off a view whose widget was closed.
export function viewOf({ trusted, data, metadata }) {
  const view = trusted && TRANSCRIPT in data && (data[VIEW] ?? metadata?.customer_casebook);
  return view?.model_id ? view : null;
}

// JupyterLab calls this for each view of a notebook, before it draws any output.
export function reattach({ content: { rendermime }, sessionContext }) {
  if (Object.hasOwn(rendermime, "createRenderer")) return; // a second view of the notebook shares the first one's
  const kernel = () => sessionContext.session?.kernel;
  const isKnown = ({ model_id: id }) => kernel()?.hasComm(id);
  const createRenderer = rendermime.createRenderer.bind(rendermime);
  let question = null; // what Python has, asked once for all outputs that are drawn together
  let place = null; // the transcript that tells what is missing: one is enough
  const sentence = document.createElement("p");
  sentence.className = "ccb-ended";
  sentence.style.cssText = LOOK;
  const word = () => (sentence.textContent = ENDED + (kernel() ? RUN : RESTART));
  sessionContext.kernelChanged.connect(word);

  rendermime.createRenderer = (mimeType) => {
    const renderer = createRenderer(mimeType);
    const render = renderer.renderModel.bind(renderer);
    const draw = { [VIEW]: drawView, [TRANSCRIPT]: drawTranscript }[mimeType];
    if (draw) renderer.renderModel = (model) => (viewOf(model) ? draw(renderer, render, model) : render(model));
    return renderer;
  };

  async function isAlive(view) {
    await sessionContext.ready;
    if (isKnown(view)) return true;
    question ??= kernel()?.requestCommInfo({ target_name: "jupyter.widget" });
    try {
      return view.model_id in (await question).content.comms;
    } catch {
      return false; // there is no kernel, or it has just gone
    } finally {
      question = null;
    }
  }

  // An activity that a cell has just made is known already, and does not wait until Python has time for a question.
  function drawView(renderer, render, model) {
    return isKnown(viewOf(model)) ? render(model) : replace(renderer, rendermime.createRenderer(TRANSCRIPT), model);
  }

  async function drawTranscript(renderer, render, model) {
    await render(model);
    const view = viewOf(model);
    const data = { [VIEW]: { ...view } }; // the renderer of widgets writes into it
    if (await isAlive(view)) await replace(renderer, createRenderer(VIEW), { data, metadata: {}, trusted: true });
    else tell(renderer);
  }

  async function replace(renderer, other, model) {
    await null; // JupyterLab calls renderModel before it gives the renderer its place
    if (!renderer.parent) return; // the cell was run in the meantime
    other.addClass("jp-OutputArea-output");
    renderer.parent.addWidget(other);
    renderer.hide();
    await other.renderModel(model);
  }

  function tell(renderer) {
    if (place && place !== renderer && !place.isDisposed) return;
    place = renderer;
    word();
    renderer.node.prepend(sentence);
  }
}
