/** How long the engine works before it lets others run. Cancel is answered between slices; a page's long task begins at 50 ms. */
export const SLICE_MILLIS = 30;

const viaChannel = () => {
  const { port1, port2 } = new MessageChannel();
  const waiting = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
};

let pause;

/** Lets messages and timers in. `setTimeout` would wait 4 ms each time; an open channel would keep a Node process alive. */
export const breathe = () => {
  pause ??= typeof setImmediate === 'function' ? () => new Promise((resolve) => setImmediate(resolve)) : viaChannel();
  return pause();
};
