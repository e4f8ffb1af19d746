/** What devices that do work measured of it: how full they are against how late they answer. */
import type { ReactNode } from "react";
import { api } from "../api/client.js";
import { span, withUnit } from "../drawing/format.js";
import { linkTo } from "../drawing/route.js";
import { layOutDots, type Dot } from "../drawing/scatter.js";
import type { DeviceShown } from "../messages/kinds.js";
import { Empty, Section } from "../parts/parts.js";
import { useShown } from "./context.js";
import { useRequest } from "./use_request.js";

const READ_EVERY_MS = 60_000;
const WIDTH = 420;
const HEIGHT = 180;
/** For the largest answer time in words, also where a phone writes it larger. */
const LEFT = 92;

export function AnswerTimes(): ReactNode {
  const { store, place } = useShown();
  const { siteId, caughtUp } = store;
  const now = Date.now();
  const { answer, failure } = useRequest(
    async () => (siteId === undefined ? null : listDots((await api.devices(siteId)).devices)),
    JSON.stringify([siteId, caughtUp, Math.floor(now / READ_EVERY_MS)]),
  );
  return (
    <Section title="CPU against answer time" note={`newest of each device, read every ${span(READ_EVERY_MS)}`} name="answer-times">
      {failure === "" ? null : <p className="banner" role="alert">It could not be read: {failure}.</p>}
      {answer === null ? <p className="empty" role="status">{failure === "" ? "Loading…" : ""}</p>
        : answer.length === 0 ? <Empty>No device of this site measures its own work.</Empty> : (
          <>
            <Plane dots={answer} />
            <details>
              <summary>The same as a table</summary>
              <table className="plain">
                <thead>
                  <tr><th scope="col">Device</th><th scope="col">CPU</th><th scope="col">Answers in</th></tr>
                </thead>
                <tbody>
                  {answer.map(({ name, x, y }) => (
                    <tr key={name}>
                      <th scope="row"><a href={linkTo(place, "device", name)}>{name}</a></th>
                      <td className="number">{withUnit(x, "%")}</td><td className="number">{withUnit(y, "ms")}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </details>
          </>
        )}
    </Section>
  );
}

function Plane({ dots }: { readonly dots: readonly Dot[] }): ReactNode {
  const plane = layOutDots(dots, WIDTH, HEIGHT);
  return (
    <figure className="scatter">
      <svg viewBox={`-${LEFT} -12 ${WIDTH + LEFT + 8} ${HEIGHT + 38}`} aria-hidden="true">
        <path className="axis" d={`M0,0 V${HEIGHT} H${WIDTH}`} />
        <text x={-8} y={4} textAnchor="end">{withUnit(plane.maxY, "ms")}</text>
        <text x={-8} y={HEIGHT} textAnchor="end">0</text>
        <text x={0} y={HEIGHT + 20}>0</text>
        <text x={WIDTH} y={HEIGHT + 20} textAnchor="end">{withUnit(plane.maxX, "% CPU")}</text>
        {plane.trend === null ? null : (
          <line x1={plane.trend[0]} y1={plane.trend[1]} x2={plane.trend[2]} y2={plane.trend[3]} />
        )}
        {plane.dots.map(({ name, left, top }) => <circle key={name} cx={left} cy={top} r={4}><title>{name}</title></circle>)}
      </svg>
      <figcaption className="note">
        Across: CPU, up to {withUnit(plane.maxX, "%")}. Up: answer time, up to {withUnit(plane.maxY, "ms")}
        {dots[0] === undefined ? "" : `, of ${dots[0].name}`}.
        {plane.slope === null ? "" : ` Trend: ${withUnit(plane.slope, "ms")} more for each % of CPU.`}
      </figcaption>
    </figure>
  );
}

function listDots(devices: readonly DeviceShown[]): Dot[] {
  return devices.flatMap(({ deviceId, work }) => {
    const [x, y] = [work?.cpuPct.at(-1), work?.answerMs.at(-1)];
    return x === undefined || y === undefined || y === null ? [] : [{ name: deviceId, x, y }];
  }).sort((a, b) => b.y - a.y);
}
