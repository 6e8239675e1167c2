// What we add to JupyterLab and Notebook 7.
import { courseMode } from "./course_mode.js";
import { bringAnswers, isLite, keepLessons } from "./lite.js";
import { reattach } from "./reattach.js";

export async function plugins(take) {
  const { Widget } = await take("@lumino/widgets");
  // In JupyterLab an extension made for JupyterLite may offer it, too, without what it needs.
  const { IServiceWorkerManager } = isLite ? await take("@jupyterlite/apputils") : {};
  return [
    {
      id: "customer-casebook:lite",
      description: "Keeps in JupyterLite what a reader has changed, and nothing else, in front of a lesson.",
      autoStart: true,
      activate: ({ serviceManager: { contents } }) => {
        if (isLite) keepLessons(contents), bringAnswers(contents);
      },
    },
    {
      id: "customer-casebook:reattach",
      description: "Shows an activity in place of its transcript while Python has it.",
      autoStart: true,
      activate: ({ docRegistry }) => docRegistry.addWidgetExtension("Notebook", { createNew: reattach }),
    },
    {
      id: "customer-casebook:course-mode",
      description: "Runs a notebook of the course as it opens, and shows it as a page to read.",
      autoStart: true,
      optional: [IServiceWorkerManager].filter(Boolean), // of JupyterLite
      activate: (app, worker) => app.docRegistry.addWidgetExtension("Notebook", { createNew: courseMode(app, Widget, worker) }),
    },
  ];
}
