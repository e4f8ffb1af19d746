/** Whether an element is in sight, or nearly: of what is not, nothing needs to be drawn. */
import { useEffect, useState, type RefObject } from "react";

/** So that what is scrolled to is drawn by then. */
const NEARLY = "300px";
const told = new WeakMap<Element, (inSight: boolean) => void>();
let observer: IntersectionObserver | undefined;

export function useInSight(holder: RefObject<Element | null>): boolean {
  const [inSight, setInSight] = useState(false);
  useEffect(() => {
    const element = holder.current;
    if (element === null) {
      return undefined;
    }
    // One for all: hundreds of them would each look at every scroll.
    const watch = observer ??= new IntersectionObserver(tell, { rootMargin: NEARLY });
    told.set(element, setInSight);
    watch.observe(element);
    return () => { watch.unobserve(element); };
  }, [holder]);
  return inSight;
}

function tell(entries: readonly IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of entries) {
    told.get(target)?.(isIntersecting);
  }
}
