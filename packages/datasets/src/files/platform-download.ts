import { DataError } from '@gradus/core'
import { notData } from './bytes.ts'

/** How far a download is, in bytes. */
export interface DownloadProgress {
  readonly loaded: number
  /** The size of the file; undefined if the server does not state it. */
  readonly total: number | undefined
}

/** Options of downloads. */
export interface DownloadOptions {
  /** Is called when bytes have arrived. */
  readonly onProgress?: (progress: DownloadProgress) => void
  /** Ends the download. */
  readonly signal?: AbortSignal
}

/** Takes the bytes of a download. */
export interface Sink {
  write(bytes: Uint8Array): void | Promise<void>
  /** The bytes so far are void, because the download starts again. */
  restart(): void | Promise<void>
}

/** How often a download is tried again without a byte that is new. */
const retries = 3

/** A failure after which the download may be continued. */
class Interruption extends Error {}

/**
 * Downloads a file. After an interruption the rest is asked for if the server supports that and the file is the same, otherwise all
 * of it. Throws `DataError` with the address and the reason, also for an HTML page in place of a file.
 */
export async function download(url: string, sink: Sink, options: DownloadOptions = {}): Promise<void> {
  const state: State = { loaded: 0, validator: undefined, start: new Uint8Array() }
  for (let tries = 0; ; tries++) {
    const before = state.loaded
    try {
      await receive(url, sink, state, options)
      break
    } catch (error) {
      options.signal?.throwIfAborted()
      if (!(error instanceof Interruption)) throw error
      if (state.loaded > before) tries = 0
      if (tries >= retries) {
        throw new DataError(`${url} cannot be downloaded: ${error.message}`, { cause: error.cause })
      }
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** tries))
    }
  }
  const found = /\.x?html?$/i.test(new URL(url).pathname) ? undefined : notData(state.start)
  if (found) throw new DataError(`${url} is ${found}. Check the address.`)
}

interface State {
  loaded: number
  /** Tells whether the file on the server is still the same. */
  validator: string | undefined
  start: Uint8Array
}

async function receive(url: string, sink: Sink, state: State, options: DownloadOptions): Promise<void> {
  const { onProgress, signal } = options
  const resumes = state.loaded > 0 && state.validator !== undefined
  const headers: Record<string, string> = {}
  if (resumes) Object.assign(headers, { range: `bytes=${state.loaded}-`, 'if-range': state.validator! })
  const response = await fetch(url, { headers, signal }).catch((cause) => {
    throw unreachable(url, cause, state.loaded > 0)
  })
  const continues = resumes && response.status === 206 && startOf(response) === state.loaded
  if (!continues) {
    if (response.status === 206 || response.status === 416) {
      state.validator = undefined
      throw new Interruption('the server answers with a part of the file that was not asked for.')
    }
    await requireOk(url, response)
    if (state.loaded > 0) await sink.restart()
    Object.assign(state, { loaded: 0, start: new Uint8Array() })
    const tag = response.headers.get('etag')
    state.validator = (tag?.startsWith('W/') ? undefined : tag) ?? response.headers.get('last-modified') ?? undefined
    if (response.headers.get('content-encoding')) state.validator = undefined
  }
  const length = response.headers.get('content-encoding') ? null : response.headers.get('content-length')
  const total = length === null ? undefined : state.loaded + Number(length)
  onProgress?.({ loaded: state.loaded, total })
  const reader = response.body?.getReader()
  for (;;) {
    const piece = await reader?.read().catch((cause) => {
      throw new Interruption(`the connection was lost after ${state.loaded} bytes.`, { cause })
    })
    if (!piece || piece.done) break
    if (state.start.length < 512) state.start = joinedStart(state.start, piece.value)
    await sink.write(piece.value)
    state.loaded += piece.value.length
    onProgress?.({ loaded: state.loaded, total })
  }
  if (total !== undefined && state.loaded < total) {
    throw new Interruption(`the connection was lost after ${state.loaded} of ${total} bytes.`)
  }
}

function joinedStart(start: Uint8Array, piece: Uint8Array): Uint8Array {
  const joined = new Uint8Array(Math.min(512, start.length + piece.length))
  joined.set(start)
  joined.set(piece.subarray(0, joined.length - start.length), start.length)
  return joined
}

function startOf(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1])
}

/** Throws for an answer that is no file; those of a busy server may be another one later. */
async function requireOk(url: string, response: Response): Promise<void> {
  if (response.ok) return
  await response.body?.cancel().catch(() => {})
  const status = `the server answers ${response.status} ${response.statusText}`.trimEnd()
  if (response.status >= 500 || response.status === 408 || response.status === 429) throw new Interruption(`${status}.`)
  throw new NotFound(`${url} cannot be downloaded: ${status}. Check the address.`)
}

/** The server has no such file, or does not give it. */
export class NotFound extends DataError {}

/** There is no connection to the server. */
class Unreachable extends DataError {}

function unreachable(url: string, cause: unknown, begun: boolean): Error {
  const reason = (cause as { cause?: { code?: string; message?: string } })?.cause
  const detail = reason?.code ?? reason?.message
  if (begun || (detail !== undefined && /ECONNRESET|EPIPE|SOCKET|TIMEDOUT|TIMEOUT/i.test(detail))) {
    return new Interruption(`there is no connection to the server (${detail ?? 'no answer'}).`, { cause })
  }
  const inPage = typeof process !== 'object'
  const why = inPage
    ? 'there is no connection, or the server does not allow pages of other sites to read the file (CORS)'
    : `there is no connection to the server (${detail ?? String(cause)})`
  return new Unreachable(`${url} cannot be downloaded: ${why}.`, { cause })
}
