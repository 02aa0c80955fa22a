import type { WriteStream } from 'node:tty'
import { WriteError } from './exit-codes.ts'
import type { Output } from './terminal.ts'

/**
 * stdout or stderr of the process. Output to a reader that has gone (`train | head -1`, a closed terminal) is dropped, and the
 * command goes on. Any other failure, such as a full disk, is reported once.
 */
export class ProcessOutput implements Output {
  private closed = false

  constructor(
    private readonly stream: WriteStream,
    name: string,
    onFailure: (error: WriteError) => void,
  ) {
    stream.on('error', (cause: NodeJS.ErrnoException) => {
      if (this.closed) return
      this.closed = true
      const readerHasGone = cause.code === 'EPIPE' || (cause.code === 'EIO' && stream.isTTY)
      if (!readerHasGone) onFailure(new WriteError(`${name} cannot be written: ${cause.message}.`, { cause }))
    })
  }

  get isTTY(): boolean {
    return this.stream.isTTY === true
  }

  write(text: string): void {
    if (!this.closed) this.stream.write(text)
  }
}
