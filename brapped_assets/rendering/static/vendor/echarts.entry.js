import * as echarts from "echarts/core";
import { LineChart } from "echarts/charts";
import { AriaComponent, DataZoomComponent, GridComponent, MarkAreaComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
echarts.use([LineChart, AriaComponent, DataZoomComponent, GridComponent, MarkAreaComponent, TooltipComponent, SVGRenderer]);
export { init } from "echarts/core";
