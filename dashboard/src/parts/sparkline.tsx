/** A device's newest scores against its threshold, on a small canvas. */
import { useEffect, useRef, type ReactNode } from "react";
import { describeTrail } from "../drawing/describe.js";
import { layOutTrail } from "../drawing/spark.js";
import type { Trail } from "../state/trail.js";
import { usePalette } from "./palette.js";

interface Props {
  readonly trail: Trail;
  /** Changes when the trail does. */
  readonly t: number;
  readonly abnormal: boolean;
}

const WIDTH = 96;
const HEIGHT = 24;

export function Sparkline({ trail, t, abnormal }: Props): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { alert, line, edge } = usePalette();
  useEffect(() => {
    const pen = canvas.current?.getContext("2d");
    if (pen) {
      draw(pen, trail, abnormal ? alert : line, edge);
    }
  }, [trail, t, abnormal, alert, line, edge]);
  return (
    <canvas ref={canvas} className="spark" width={WIDTH * 2} height={HEIGHT * 2} role="img"
      aria-label={describeTrail(trail.list())} />
  );
}

function draw(pen: CanvasRenderingContext2D, trail: Trail, line: string, edge: string): void {
  const { threshold, strokes } = layOutTrail(trail.list(), WIDTH, HEIGHT);
  pen.setTransform(2, 0, 0, 2, 0, 0);
  pen.clearRect(0, 0, WIDTH, HEIGHT);
  pen.strokeStyle = edge;
  pen.lineWidth = 1;
  pen.setLineDash([3, 3]);
  pen.beginPath();
  pen.moveTo(0, threshold);
  pen.lineTo(WIDTH, threshold);
  pen.stroke();
  pen.setLineDash([]);
  pen.strokeStyle = line;
  pen.lineWidth = 1.5;
  for (const stroke of strokes) {
    pen.beginPath();
    stroke.forEach(([x, y], place) => {
      if (place === 0) {
        pen.moveTo(x, y);
      } else {
        pen.lineTo(x, y);
      }
    });
    pen.stroke();
  }
}
