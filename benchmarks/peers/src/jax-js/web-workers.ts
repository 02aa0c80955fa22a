import { mkdtempSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker as NodeWorker } from 'node:worker_threads'

const prelude = `
const { parentPort } = require('node:worker_threads')
globalThis.self = globalThis
globalThis.postMessage = (data, transfer) => parentPort.postMessage(data, transfer)
parentPort.on('message', (data) => globalThis.onmessage?.({ data }))
`

/**
 * Gives Node the parts of a browser's workers that jax-js needs to run its kernels on `threads` threads. It makes workers from
 * the text of a Blob, one per processor that the navigator reports.
 */
export function installWebWorkers(threads: number): void {
  const folder = mkdtempSync(join(dirname(fileURLToPath(import.meta.url)), 'workers-')) // is removed with the bundles
  const texts = new WeakMap<Blob, string>()
  let files = 0

  class TextBlob extends Blob {
    constructor(parts: string[]) {
      super(parts)
      texts.set(this, parts.join(''))
    }
  }

  class WebWorker {
    onmessage: ((event: { data: unknown }) => void) | undefined
    onerror: ((event: { message: string }) => void) | undefined
    private readonly worker: NodeWorker

    constructor(file: string) {
      this.worker = new NodeWorker(file)
      this.worker.unref()
      this.worker.on('message', (data: unknown) => this.onmessage?.({ data }))
      this.worker.on('error', ({ message }: Error) => this.onerror?.({ message }))
    }

    postMessage(data: unknown, transfer?: readonly ArrayBuffer[]): void {
      this.worker.postMessage(data, transfer)
    }

    terminate(): void {
      void this.worker.terminate()
    }
  }

  const createObjectURL = (blob: Blob) => {
    const file = join(folder, `worker-${files++}.cjs`)
    writeFileSync(file, prelude + texts.get(blob))
    return file
  }
  Object.assign(URL, { createObjectURL })
  Object.assign(globalThis, { Blob: TextBlob, Worker: WebWorker })
  Object.defineProperty(globalThis, 'navigator', { value: { hardwareConcurrency: threads }, configurable: true })
}
