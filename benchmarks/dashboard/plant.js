// In the page, before its own scripts: a site of 500 devices in place of the API and the live
// service. The first has 23 channels, so 24 charts; the others 6, as shipped kinds have.
// `bench.tell()` sends what all of them measured a second later in one message: the service would
// send it in four, so this is the dearest update that there can be.
(() => {
  const DEVICES = 500;
  const makeChannels = (length) => Array.from({ length }, (_, n) => ({
    ...window.benchSamples.ChannelShown, name: `c${n}`, title: `Channel ${n}`, unit: 'V', low: -1e3, high: 1e3, role: 'measurement',
  }));
  const PROFILES = { bench: makeChannels(23), plain: makeChannels(6) };
  const profileOf = (n) => (n === 0 ? 'bench' : 'plain');
  const POINTS = 600;
  const START = Date.now() - POINTS * 1000;
  let now = Date.now();
  let seed = 7;
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
  const nameOf = (n) => `bench-${String(n).padStart(3, '0')}`;
  const valuesOf = (n) => Object.fromEntries(PROFILES[profileOf(n)].map(({ name }) => [name, 40 + random()]));
  const SAMPLES = window.benchSamples;
  const reading = (n) => ({
    ...SAMPLES.LiveReading, deviceId: nameOf(n), profile: profileOf(n), t: now, values: valuesOf(n), score: 1 + random(), threshold: 4,
    anomalous: false, sensors: {}, enqueuedAt: now, silentAfterMs: 3e7, notScored: null, remarks: [],
  });
  const device = (n) => {
    const { values, t, ...known } = reading(n);
    return {
      ...SAMPLES.DeviceShown, ...known, id: nameOf(n), siteId: 'bench', lastT: t, latest: values,
      limits: SAMPLES.DeviceShown.limits, // by channel, where a live reading lists them
    };
  };
  const series = () => {
    const t = Array.from({ length: POINTS }, (_, n) => START + n * 1000);
    return Object.fromEntries([...PROFILES.bench.map(({ name }) => name), 'score'].map((name) => (
      [name, { t, values: t.map(() => 40 + random()) }]
    )));
  };
  // By the path of a route; `*` stands for an id.
  const ANSWERS = {
    me: () => ({ id: null, name: 'bench', roles: ['viewer'], sees: ['*'], acts: [] }),
    negotiate: () => ({ url: 'ws://bench/', site: 'bench', group: 'site:bench', sites: ['bench'] }),
    profiles: () => ({
      profiles: Object.entries(PROFILES).map(([name, channels]) => ({
        ...SAMPLES.ProfileShown, name, title: name, period_s: 1, window: 32, channels,
      })),
      damaged: [],
    }),
    devices: () => ({ devices: Array.from({ length: DEVICES }, (_, n) => device(n)), damaged: [] }),
    'devices/*': () => device(0),
    'devices/*/limits': () => SAMPLES.DeviceLimitsShown,
    'devices/*/readings': () => ({
      deviceId: nameOf(0), from: START, to: now, resolution: 'raw', until: now, readings: POINTS, threshold: 4,
      series: series(),
    }),
    alerts: () => ({ alerts: [], older: null, damaged: [] }),
    incidents: () => ({ incidents: [], older: null, damaged: [] }),
    plans: () => ({ plans: [], damaged: [] }),
    'plans/latest': () => ({ plan: null, standing: null }),
    'settings/limits': () => SAMPLES.LimitsOfSiteShown,
    'settings/optimiser': () => SAMPLES.OptimiserShown,
    'settings/overrides': () => SAMPLES.OverridesShown,
    places: () => ({ places: {} }),
    maintenance: () => ({ windows: [] }),
    'models/*': () => SAMPLES.BundlesShown,
  };
  window.fetch = async (address) => {
    const path = new URL(address, location.href).pathname.split('/').slice(2);
    const route = ['devices', 'models'].includes(path[0]) && path.length > 1 ? [path[0], '*', ...path.slice(2)] : path;
    const content = ANSWERS[route.join('/')]?.() ?? null;
    return new Response(JSON.stringify(content), { status: content === null ? 404 : 200 });
  };
  const sockets = new Set();
  let sequenceId = 0;
  class Socket extends EventTarget {
    readyState = 0;
    binaryType = 'blob';
    constructor() {
      super();
      sockets.add(this);
      setTimeout(() => {
        this.readyState = 1;
        this.#happen('open', {});
        this.say({ type: 'system', event: 'connected', connectionId: '1', reconnectionToken: '1', userId: null });
      });
    }
    send(text) {
      if (JSON.parse(text).type === 'ping') {
        this.say({ type: 'pong' });
      }
    }
    close() {
      sockets.delete(this);
      this.readyState = 3;
      this.#happen('close', { code: 1000, reason: '' });
    }
    say(message) {
      this.#happen('message', { data: JSON.stringify(message) });
    }
    #happen(kind, details) {
      const event = Object.assign(new Event(kind), details);
      this[`on${kind}`]?.(event);
      this.dispatchEvent(event);
    }
  }
  Object.assign(Socket, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });
  window.WebSocket = Socket;
  window.bench = {
    tell() {
      now += 1000;
      sequenceId += 1;
      const data = {
        type: 'telemetry', siteId: 'bench', waiting: 0,
        devices: Array.from({ length: DEVICES }, (_, n) => reading(n)),
      };
      const message = { type: 'message', from: 'group', group: 'site:bench', dataType: 'json', sequenceId, data };
      for (const socket of sockets) {
        socket.say(message);
      }
    },
  };
})();
