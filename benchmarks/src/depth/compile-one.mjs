// Compiles one program in this process, and prints what that took. Arguments: shape, backend, nodes.
import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import { compile } from '@gradus/graph'
import { add, mul, ones, sin, sum, useBackend } from '@gradus/tensor'

function repeated(count, first, next) {
  let value = first
  for (let index = 0; index < count; index++) value = next(value, index)
  return value
}

/** For each shape a function, and the number of its inputs. */
const shapes = {
  chain: (nodes) => [(x) => repeated(nodes, x, (y, index) => (index % 2 ? mul(y, 0.999) : add(y, x))), 1],
  sum: (nodes) => [(...xs) => xs.reduce((a, b) => add(a, b)), nodes],
  // a sine, a cosine and a product for each
  gradient: (nodes) => [grad((x) => sum(repeated(Math.round(nodes / 3), x, (y) => sin(y)))), 1],
}

const [, , shape, backend, nodes] = process.argv
await useBackend({ cpu, wasm }[backend]())
const [fn, inputs] = shapes[shape](Number(nodes))
const xs = Array.from({ length: inputs }, () => ones([64]))
const before = process.cpuUsage()
compile(fn)(...xs).dataSync()
const { user, system } = process.cpuUsage(before)
console.log(JSON.stringify({ ms: (user + system) / 1000, bytes: 1024 * process.resourceUsage().maxRSS }))
process.exit()
