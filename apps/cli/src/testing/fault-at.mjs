// At the file operation number GRADUS_FAULT_AT, counted from 1, the process is killed, or, if GRADUS_FAULT is a code such as
// ENOSPC, the operation fails with it. Where data are written, writing half of them and then failing counts as an operation too.
// The number of operations is written to the file GRADUS_FAULT_COUNT. Loaded with `node --import`.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { GRADUS_FAULT, GRADUS_FAULT_AT, GRADUS_FAULT_COUNT } = process.env
const at = Number(GRADUS_FAULT_AT)
const { writeFileSync } = fs
let count = 0

function fail(name) {
  if (!GRADUS_FAULT) process.kill(process.pid, 'SIGKILL')
  throw Object.assign(new Error(`${GRADUS_FAULT}: injected, ${name}`), { code: GRADUS_FAULT, syscall: name })
}

function wrap(object, name, writesData = false) {
  const original = object[name]
  const change = (self, args) => {
    if (++count === at) fail(name)
    if (!writesData || ++count !== at) return original.apply(self, args)
    const half = args[0].slice(0, args[0].length / 2)
    // the arguments of `write` are the data, an offset, a length and a position
    return original.call(self, half, ...(args.length > 1 ? [0, half.length, args[3]] : [])).then(() => fail(name))
  }
  object[name] = name.endsWith('Sync')
    ? function (...args) {
        return change(this, args)
      }
    : async function (...args) {
        return change(this, args)
      }
}

const openFile = fs.promises.open
const file = await openFile(new URL(import.meta.url))
const handle = Object.getPrototypeOf(file)
await file.close()
for (const name of ['sync', 'truncate']) wrap(handle, name)
for (const name of ['write', 'writeFile']) wrap(handle, name, true)

const changes = ['appendFile', 'link', 'mkdir', 'rename', 'rm', 'rmdir', 'symlink', 'truncate', 'unlink', 'writeFile']
for (const name of changes) {
  wrap(fs.promises, name)
  wrap(fs, `${name}Sync`)
}
fs.promises.open = async (path, flags, ...rest) => {
  if (flags !== 'r' && ++count === at) fail('open')
  return openFile(path, flags, ...rest)
}
syncBuiltinESMExports()

process.on('exit', () => {
  if (GRADUS_FAULT_COUNT) writeFileSync(GRADUS_FAULT_COUNT, String(count))
})
