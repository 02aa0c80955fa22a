import { control } from '../../codegen/work-sharing.ts'

/**
 * The source of a worker, which waits for jobs and helps with them. It identifies modules by number, and compiles an
 * unknown one from bytes in shared memory. It runs in Node and in browsers, without dependencies.
 */
export function workerSource(): string {
  const word = (name: keyof typeof control) => `control + ${control[name] / 4}`
  return `
'use strict'
function work({ memory, address, thread, spins }) {
  const words = new Int32Array(memory.buffer)
  const control = address / 4
  const programs = new Map()
  const missing = (name) => () => { throw new Error('A worker has no function ' + name) }
  const load = (code, length) => {
    const module = new WebAssembly.Module(new Uint8Array(memory.buffer, code >>> 0, length).slice())
    const env = { memory, check() {} }
    for (const { kind, name } of WebAssembly.Module.imports(module)) {
      if (kind === 'function' && !(name in env)) env[name] = Math[name] || missing(name)
    }
    const { exports } = new WebAssembly.Instance(module, { env })
    exports.control.value = address
    exports.thread.value = thread
    return exports.help
  }
  let seen = Atomics.load(words, ${word('job')})
  Atomics.add(words, ${word('workers')}, 1)
  for (;;) {
    let job = Atomics.load(words, ${word('job')})
    for (let turn = 0; job === seen && turn < spins; turn++) job = Atomics.load(words, ${word('job')})
    if (Atomics.load(words, ${word('stop')})) return
    if (job === seen) {
      Atomics.add(words, ${word('sleepers')}, 1)
      Atomics.wait(words, ${word('job')}, seen)
      Atomics.sub(words, ${word('sleepers')}, 1)
      continue
    }
    seen = job
    const [id, code, length] = [words[${word('program')}], words[${word('code')}], words[${word('codeBytes')}]]
    if (Atomics.load(words, ${word('job')}) !== job) continue
    if (!programs.has(id)) {
      try {
        programs.set(id, load(code, length))
      } catch {
        continue // this thread was late: the job was over and the program freed, and the others did it alone
      }
    }
    programs.get(id)(job)
  }
}
// with \`node --input-type=module\` this is a module, which has no \`require\`
const threads =
  typeof require === 'function'
    ? require('node:worker_threads')
    : globalThis.process?.getBuiltinModule?.('node:worker_threads')
if (threads) work(threads.workerData)
else self.onmessage = ({ data }) => work(data)
`
}
