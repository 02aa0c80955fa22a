import type { OpaqueKernel } from '@gradus/schedule'
import { Expressions } from '@gradus/schedule'
import { isFloat } from '@gradus/tensor'
import { type Code, literal, typeOf } from '../wgsl/types.ts'
import type { KernelCode, ShaderCode } from './kernel-code.ts'
import { linesOf, orderedKey, startOfLine } from './lines.ts'
import { ownPosition, threads } from './rows.ts'
import { Shader } from './shader.ts'
import { sortCode } from './sort.ts'

/** Lines of at least this length are sorted by several shaders. In shorter ones each element is compared with all others. */
const longLine = 64

/** The code of opaque ops, by name. */
const codes: Readonly<Record<string, (kernel: OpaqueKernel) => KernelCode>> = {
  cumsum: (kernel) => single(running(kernel, '+')),
  cumprod: (kernel) => single(running(kernel, '*')),
  argsort(kernel) {
    const { axis } = kernel.node.params as { axis: number }
    return kernel.node.aval.shape[axis]! < longLine ? single(ranked(kernel)) : sortCode(kernel)
  },
}

/** Whether there is code for an opaque op. */
export function hasOpaque(op: string): boolean {
  return Object.hasOwn(codes, op)
}

export function opaqueCode(kernel: OpaqueKernel): KernelCode {
  return codes[kernel.node.op.name]!(kernel)
}

function single(shader: ShaderCode): KernelCode {
  return { shaders: [shader], workspaceBytes: 0 }
}

/** One thread per line, which accumulates and stores along it: floats as pairs of the rounded value and its rounding error. */
function running({ node, inputs, outputs }: OpaqueKernel, operator: '+' | '*'): ShaderCode {
  const { axis, reverse, exclusive } = node.params as { axis: number; reverse: boolean; exclusive: boolean }
  const { shape, dtype } = node.aval
  const lines = linesOf(shape, axis)
  const { length, inner, count } = lines
  const shader = shaderFor(count)
  const element = shader.element(dtype, inputs[0]!, 'at')
  const isPrecise = isFloat(dtype)
  const start = literal(dtype, operator === '+' ? 0 : 1)
  const combined = (code: Code) => {
    if (!isPrecise) return `so = so ${operator} ${code};`
    return `so = ${operator === '+' ? 'plusPair' : 'timesPair'}(so, vec2<f32>(${code}, 0.0));`
  }
  const write = shader.put(outputs[0]!, dtype, 'at', isPrecise ? 'so.x' : 'so')
  return shader.build([
    ...ownPosition(),
    startOfLine('position', lines),
    isPrecise ? `var so = vec2<f32>(${start}, 0.0);` : `var so: ${typeOf(dtype)} = ${start};`,
    `for (var i = 0u; i < ${length}u; i++) {`,
    `let at = start + ${reverse ? `(${length - 1}u - i)` : 'i'} * ${inner}u;`,
    ...(exclusive ? [`let element = ${element};`, ...write, combined('element')] : [combined(element), ...write]),
    '}',
  ])
}

/** Each element counts the elements that come before it, which is its position in the order. */
function ranked({ node, inputs, inputAvals, outputs }: OpaqueKernel): ShaderCode {
  const { axis, descending } = node.params as { axis: number; descending: boolean }
  const { dtype, shape } = inputAvals[0]!
  const lines = linesOf(shape, axis)
  const { length, inner, count } = lines
  const shader = shaderFor(count * length)
  const key = (position: Code) => orderedKey(dtype, descending, shader.element(dtype, inputs[0]!, position))
  return shader.build([
    ...ownPosition(),
    `let own = position % ${length}u;`,
    `let line = position / ${length}u;`,
    startOfLine('line', lines),
    `let mine = ${key(`start + own * ${inner}u`)};`,
    'var rank = 0u;',
    `for (var i = 0u; i < ${length}u; i++) {`,
    `let other = ${key(`start + i * ${inner}u`)};`,
    // equal elements keep their order
    'if (other < mine || (other == mine && i < own)) { rank++; }',
    '}',
    ...shader.put(outputs[0]!, node.aval.dtype, `start + rank * ${inner}u`, 'i32(own)'),
  ])
}

function shaderFor(count: number): Shader {
  return new Shader({
    make: new Expressions(),
    workgroupSize: threads,
    groups: Math.ceil(count / threads),
    count,
    writesPartialWords: false,
  })
}
