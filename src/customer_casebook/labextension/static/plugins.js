// What we add to JupyterLab and Notebook 7.
import { reattach } from "./reattach.js";

export const plugins = [
  {
    id: "customer-casebook:reattach",
    description: "Shows an activity in place of its transcript while Python has it.",
    autoStart: true,
    activate: ({ docRegistry }) => docRegistry.addWidgetExtension("Notebook", { createNew: reattach }),
  },
];
