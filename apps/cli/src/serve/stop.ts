import type { Server } from 'node:http'
import { Server as NetServer } from 'node:net'
import { signalCodes } from '../exit-codes.ts'
import type { Terminal } from '../terminal.ts'

/** The time in milliseconds in which connections that are kept alive may still have a request on the way. */
const grace = 100

/**
 * Resolves when the server has stopped after SIGINT, SIGTERM or SIGHUP, or after an output failed: requests that have begun are
 * answered, at most for `seconds`. A second signal ends the process at once.
 */
export function stopOnSignal(server: Server, { err, failed }: Terminal, seconds: number): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false
    const stop = (signal?: keyof typeof signalCodes) => {
      if (stopping) {
        if (signal) process.exit(signalCodes[signal])
        return
      }
      stopping = true
      if (signal) err.write(`${signal}: answering the requests that have begun. A second signal stops at once.\n`)
      const timer = setTimeout(() => server.closeAllConnections(), seconds * 1000)
      // connections that are kept alive close after their present answer
      server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'))
      // server.close() would close idle connections at once, also those to which a request is on the way
      NetServer.prototype.close.call(server, () => {
        clearTimeout(timer)
        for (const [name, listener] of listeners) process.off(name, listener)
        resolve()
      })
      setTimeout(() => server.closeIdleConnections(), grace).unref()
    }
    const names = Object.keys(signalCodes) as (keyof typeof signalCodes)[]
    const listeners = names.map((name) => [name, () => stop(name)] as const)
    for (const [name, listener] of listeners) process.on(name, listener)
    failed?.addEventListener('abort', () => stop(), { once: true })
  })
}
