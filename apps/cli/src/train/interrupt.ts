import { exitCodes, Interrupted } from '../exit-codes.ts'

/** The first SIGINT aborts `signal`; the second ends the process at once. */
export class Interrupt {
  private readonly controller = new AbortController()

  constructor(private readonly notify: (text: string) => void) {
    process.on('SIGINT', this.onSignal)
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  dispose(): void {
    process.off('SIGINT', this.onSignal)
  }

  private readonly onSignal = (): void => {
    if (this.signal.aborted) process.exit(exitCodes.interrupted)
    this.notify('\nInterrupted: finishing the batch and saving. Press Ctrl-C again to stop at once.\n')
    this.controller.abort(new Interrupted('Training was interrupted.'))
  }
}
