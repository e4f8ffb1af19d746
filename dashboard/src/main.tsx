import { createRoot } from "react-dom/client";
import { App } from "./views/app.js";
import { keepFocusAtClicks } from "./parts/focus.js";
import { Store } from "./state/store.js";
import "uplot/dist/uPlot.min.css";
import "./page.css";

const root = document.getElementById("root");
keepFocusAtClicks();
if (root !== null) {
  createRoot(root).render(<App store={new Store()} />);
}
