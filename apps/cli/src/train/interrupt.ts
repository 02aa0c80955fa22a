import { Interrupted, signalCodes } from '../exit-codes.ts'

type Signal = keyof typeof signalCodes

/** The first SIGINT, SIGTERM or SIGHUP aborts `signal`; the second ends the process at once. */
export class Interrupt {
  /** Aborted by a signal to the process, or where an output cannot be written. */
  readonly signal: AbortSignal
  private readonly controller = new AbortController()

  private readonly listeners = (Object.keys(signalCodes) as Signal[]).map(
    (name) => [name, () => this.onSignal(name)] as const,
  )

  constructor(
    private readonly notify: (text: string) => void,
    failed: AbortSignal | undefined,
  ) {
    this.signal = failed ? AbortSignal.any([failed, this.controller.signal]) : this.controller.signal
    for (const [name, listener] of this.listeners) process.on(name, listener)
  }

  dispose(): void {
    for (const [name, listener] of this.listeners) process.off(name, listener)
  }

  private onSignal(name: Signal): void {
    if (this.controller.signal.aborted) process.exit(signalCodes[name])
    const [what, again] =
      name === 'SIGINT'
        ? ['Interrupted', 'Press Ctrl-C again to stop at once.']
        : [name, 'A second signal stops at once.']
    this.notify(`\n${what}: finishing the batch and saving. ${again}\n`)
    this.controller.abort(new Interrupted('Training was interrupted.', name))
  }
}
