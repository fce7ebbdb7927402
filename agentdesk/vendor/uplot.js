// Curves of the live board; the style sheet comes out beside it as uplot.css.
import "uplot/dist/uPlot.min.css";
export { default } from "uplot";
