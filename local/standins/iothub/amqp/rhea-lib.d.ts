// rhea's own types do not cover these parts of it.
declare module 'rhea/lib/frames.js' {
  const frames: Record<string, (fields?: object) => { value: unknown[] }>;
  export default frames;
}
declare module 'rhea/lib/terminus.js' {
  const terminus: Record<string, (fields?: object) => { value: unknown[] }>;
  export default terminus;
}
