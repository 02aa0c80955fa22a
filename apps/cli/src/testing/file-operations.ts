import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

type Operation = (this: unknown, ...args: unknown[]) => unknown
type Data = string | Uint8Array

/**
 * Calls `on` before each operation of this process that changes files, and where data are written also when half of them are. If
 * `on` throws, the operation fails. Operations of `on` itself are not counted.
 */
export async function watchOperations(on: (name: string) => void): Promise<void> {
  let isInside = false
  const before = (name: string) => {
    if (isInside) return
    isInside = true
    try {
      on(name)
    } finally {
      isInside = false
    }
  }
  const wrap = (object: object, name: string, change?: (original: Operation) => Operation) => {
    const table = object as Record<string, Operation>
    const original = table[name]!
    const changed = change?.(original) ?? original
    table[name] = name.endsWith('Sync')
      ? function (...args) {
          before(name)
          return changed.apply(this, args)
        }
      : async function (...args) {
          before(name)
          return changed.apply(this, args)
        }
  }

  const file = await fs.promises.open(process.execPath)
  const handle = Object.getPrototypeOf(file) as object
  await file.close()
  for (const name of ['sync', 'truncate', 'chmod', 'chown']) wrap(handle, name)
  wrap(
    handle,
    'writeFile',
    (original) =>
      async function (data, ...options) {
        const half = (data as Data).length >> 1
        await original.call(this, (data as Data).slice(0, half), ...options)
        before('writeFile, half')
        await original.call(this, (data as Data).slice(half), ...options)
      },
  )
  wrap(
    handle,
    'write',
    (original) =>
      async function (...args) {
        const [data, offset, length, position] = args as [Uint8Array, number, number, number]
        const half = length >> 1
        await original.call(this, data, offset, half, position)
        before('write, half')
        await original.call(this, data, offset + half, length - half, position + half)
        return { bytesWritten: length, buffer: data }
      },
  )

  const { appendFile } = fs.promises
  wrap(
    fs.promises,
    'writeFile',
    (original) =>
      async function (path, data, ...options) {
        const half = (data as Data).length >> 1
        await original.call(this, path, (data as Data).slice(0, half), ...options)
        before('writeFile, half')
        await appendFile(path as string, (data as Data).slice(half))
      },
  )
  const changes = ['appendFile', 'link', 'mkdir', 'rename', 'rm', 'rmdir', 'symlink', 'truncate', 'unlink']
  for (const name of changes) {
    wrap(fs.promises, name)
    wrap(fs, `${name}Sync`)
  }
  wrap(fs, 'writeFileSync')
  const { open } = fs.promises
  fs.promises.open = async (path, flags, ...rest) => {
    if (flags !== undefined && flags !== 'r') before('open')
    return open(path, flags, ...rest)
  }
  syncBuiltinESMExports()
}

// Loaded with `node --import`, this kills the process at operation number GRADUS_KILL_AT, counted from 1.
const killAt = Number(process.env.GRADUS_KILL_AT ?? 0)
if (killAt > 0) {
  let count = 0
  await watchOperations(() => {
    if (++count === killAt) process.kill(process.pid, 'SIGKILL')
  })
}
