/** Names in the order in which people count: `m-9` before `m-10`. Pure. */

const collator = new Intl.Collator("en", { numeric: true });

export function compareNames(a: string, b: string): number {
  return collator.compare(a, b);
}
