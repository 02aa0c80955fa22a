import type { WholeKernel } from '@gradus/graph/kernels'
import { Expressions } from '@gradus/graph/kernels'
import { type DType, isFloat, sizeOf } from '@gradus/tensor'
import { type Code, literal, typeOf } from '../wgsl/types.ts'
import type { KernelCode, ShaderCode } from './kernel-code.ts'
import { ownPlace, threads } from './rows.ts'
import { Shader } from './shader.ts'

/** The shaders of ops that have code of their own, by name. */
const shaders: Readonly<Record<string, (kernel: WholeKernel) => ShaderCode>> = {
  cumsum: running,
  cumprod: running,
  argsort: ranked,
}

export function wholeCode(kernel: WholeKernel): KernelCode {
  return { shaders: [shaders[kernel.node.op.name]!(kernel)], workspaceBytes: 0 }
}

/** A thread walks along a line and writes what came up so far. */
function running({ node, inputs, outputs }: WholeKernel): ShaderCode {
  const { axis, reverse, exclusive } = node.params as { axis: number; reverse: boolean; exclusive: boolean }
  const { shape, dtype } = node.aval
  const { length, inner, count } = linesOf(shape, axis)
  const isSum = node.op.name === 'cumsum'
  const shader = shaderFor(count)
  const element = shader.element(dtype, inputs[0]!, 'at')
  const next = `so = so ${isSum ? '+' : '*'} ${element};`
  const write = shader.put(outputs[0]!, dtype, 'at', 'so')
  return shader.build([
    ...ownPlace(),
    startOfLine('place', length, inner),
    `var so: ${typeOf(dtype)} = ${literal(dtype, isSum ? 0 : 1)};`,
    `for (var i = 0u; i < ${length}u; i++) {`,
    `let at = start + ${reverse ? `(${length - 1}u - i)` : 'i'} * ${inner}u;`,
    ...(exclusive
      ? [`let element = ${element};`, ...write, `so = so ${isSum ? '+' : '*'} element;`]
      : [next, ...write]),
    '}',
  ])
}

/** Each element counts those that come before it: that is its place in the order. */
function ranked({ node, inputs, inputAvals, outputs }: WholeKernel): ShaderCode {
  const { axis, descending } = node.params as { axis: number; descending: boolean }
  const { dtype, shape } = inputAvals[0]!
  const { length, inner, count } = linesOf(shape, axis)
  const shader = shaderFor(count * length)
  const key = (place: Code) => orderedKey(dtype, descending, shader.element(dtype, inputs[0]!, place))
  return shader.build([
    ...ownPlace(),
    `let own = place % ${length}u;`,
    `let line = place / ${length}u;`,
    startOfLine('line', length, inner),
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

/** A number without a sign that is the smaller the earlier an element comes; NaN comes last. */
function orderedKey(dtype: DType, descending: boolean, element: Code): Code {
  if (isFloat(dtype)) return `${descending ? 'keyDown' : 'keyUp'}(${element})`
  const key = dtype === 'int32' ? `(bitcast<u32>(${element}) ^ 0x80000000u)` : element
  return descending ? `~${key}` : key
}

function linesOf(shape: readonly number[], axis: number) {
  const length = shape[axis]!
  return { length, inner: sizeOf(shape.slice(axis + 1)), count: sizeOf(shape) / length }
}

function shaderFor(count: number): Shader {
  return new Shader({
    make: new Expressions(),
    workgroupSize: threads,
    groups: Math.ceil(count / threads),
    count,
    writesParts: false,
  })
}

function startOfLine(line: Code, length: number, inner: number): string {
  return `let start = ${line} / ${inner}u * ${length * inner}u + ${line} % ${inner}u;`
}
