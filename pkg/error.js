/** The one error of this package: a stable code for programs, a message for people, and where it happened. */
export class StraingaugeError extends Error {
  constructor(code, message, details = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }

  get name() {
    return 'StraingaugeError';
  }

  /** Takes what came over the border (a plain `{ code, message, details }`) or was thrown on the way. */
  static from(thrown) {
    if (thrown instanceof StraingaugeError) return thrown;
    if (typeof thrown?.code === 'string' && typeof thrown?.message === 'string' && !(thrown instanceof Error)) {
      return new StraingaugeError(thrown.code, thrown.message, thrown.details ?? {});
    }
    return new StraingaugeError('unexpected', `${thrown?.message ?? thrown}`, { cause: `${thrown?.stack ?? thrown}` });
  }

  /** The form that crosses to another thread. */
  plain() {
    return { code: this.code, message: this.message, details: this.details };
  }
}

/** What a cancelled call rejects with. */
export const cancelled = () => new StraingaugeError('cancelled', 'Cancelled, as was asked. Nothing of it is kept.');

/** There is no engine to ask. */
export const unavailable = (why) =>
  new StraingaugeError('engine_unavailable', `The engine could not be loaded: ${why}. Build it with \`cargo xtask build\`, or say where its wasm lies with the option \`wasm\`.`);
