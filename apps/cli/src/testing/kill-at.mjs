// Kills the process before its file operation number GRADUS_KILL_AT, counted from 1. Of data that is written, the first half
// counts as an operation, so that files are cut as well. Without a kill, the count is written to the file GRADUS_KILL_COUNT.
// Loaded with `node --import`.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const at = Number(process.env.GRADUS_KILL_AT)
const countFile = process.env.GRADUS_KILL_COUNT
const { closeSync, openSync, writeFileSync } = fs
let count = 0

function operation() {
  count++
  if (count === at) process.kill(process.pid, 'SIGKILL')
}

function wrap(object, name, writeHalf) {
  const original = object[name]
  object[name] = function (...args) {
    operation()
    if (!writeHalf) return original.apply(this, args)
    count++
    if (count !== at) return original.apply(this, args)
    const half = args[0].slice(0, args[0].length / 2)
    const done = original.call(this, half, ...(args.length > 1 ? [0, half.length, args[3]] : []))
    return done.then(() => process.kill(process.pid, 'SIGKILL'))
  }
}

const changes = ['appendFile', 'link', 'mkdir', 'rename', 'rm', 'rmdir', 'symlink', 'truncate', 'unlink', 'writeFile']
for (const name of changes) {
  wrap(fs.promises, name)
  wrap(fs, `${name}Sync`)
}
const openFile = fs.promises.open
fs.promises.open = (path, flags, ...rest) => {
  if (flags !== 'r') operation()
  return openFile(path, flags, ...rest)
}
const probe = await openFile(new URL(import.meta.url))
const handle = Object.getPrototypeOf(probe)
await probe.close()
for (const name of ['sync', 'truncate']) wrap(handle, name)
for (const name of ['write', 'writeFile']) wrap(handle, name, true)
syncBuiltinESMExports()

process.on('exit', () => {
  if (!countFile) return
  const file = openSync(countFile, 'w')
  writeFileSync(file, String(count))
  closeSync(file)
})
