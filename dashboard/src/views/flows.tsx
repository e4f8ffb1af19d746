/** From where to where a plan moves tasks: bands as wide as the tasks are many, and a table. */
import type { ReactNode } from "react";
import { layOutFlows } from "../drawing/sankey.js";
import { listFlows } from "../drawing/words.js";
import type { PlanListed } from "../messages/kinds.js";
import { Empty } from "../parts/parts.js";

const WIDTH = 640;

export function Flows({ plan }: { readonly plan: PlanListed }): ReactNode {
  const flows = listFlows(plan);
  if (flows.length === 0) {
    return <Empty>It moves nothing.</Empty>;
  }
  const { height, bands, ends } = layOutFlows(flows, WIDTH);
  return (
    <div className="flows">
      <svg viewBox={`0 0 ${WIDTH} ${height}`} className="sankey" aria-hidden="true">
        {bands.map(({ path, key }) => <path key={key} d={path} />)}
        {ends.map(({ key, x, y, height: tall, name }) => (
          <g key={key}>
            <rect x={x} y={y} width={6} height={tall} />
            <text x={x === 0 ? 14 : x - 8} y={y + tall / 2} textAnchor={x === 0 ? "start" : "end"}>{name}</text>
          </g>
        ))}
      </svg>
      <table className="plain">
        <thead><tr><th scope="col">From</th><th scope="col">To</th><th scope="col">Tasks</th></tr></thead>
        <tbody>
          {flows.map(({ from, to, tasks }) => (
            <tr key={`${from}\n${to}`}><td>{from}</td><td>{to}</td><td>{tasks.join(", ")}</td></tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
