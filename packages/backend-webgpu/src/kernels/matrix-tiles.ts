import { type Axis, type ContractionKernel, countOf, type Expression, strideAlong } from '@gradus/schedule'
import { halfBits, halfValue } from '@gradus/tensor/internals'
import { roundToHalf } from '@gradus/tensor/lowering'
import { Block } from '../wgsl/block.ts'
import { coordinatesAlong, nameAxes } from './axes.ts'
import { contractionShader } from './contraction-shader.ts'
import type { ShaderCode } from './kernel-code.ts'
import { threads } from './rows.ts'
import type { Shader } from './shader.ts'

/** The shape that the matrix units of a device multiply: float16 with float32 sums. */
export interface MatrixUnit {
  readonly rows: number
  readonly columns: number
  readonly depth: number
  /** The number of threads that compute one product together. */
  readonly subgroupSize: number
}

/** The part of the result that a workgroup computes, and the number of products per iteration. */
const tile = { rows: 64, columns: 32, depth: 32 } as const

/** Whether matrix units can compute a contraction, and are faster. */
export function suitsMatrixUnits(kernel: ContractionKernel, unit: MatrixUnit): boolean {
  const [rows, columns, depth] = [countOf(kernel.m), countOf(kernel.n), countOf(kernel.k)]
  const blocks = (tile.rows / unit.rows) * (tile.columns / unit.columns)
  const isEven = Number.isInteger((blocks * unit.subgroupSize) / threads) && tile.depth % unit.depth === 0
  const isLarge = rows >= tile.rows / 2 && columns >= tile.columns / 2 && depth >= tile.depth
  return isEven && isLarge && isHalf(kernel.a) && isHalf(kernel.b)
}

/** Whether all values of an expression are halves, although it is computed in float32. */
function isHalf(expression: Expression): boolean {
  switch (expression.kind) {
    case 'load':
      return expression.stored === 'float16'
    case 'apply':
      return expression.fn === roundToHalf
    case 'constant':
      return halfValue(halfBits(expression.value)) === expression.value
    case 'choice':
      return isHalf(expression.inside) && isHalf(expression.outside)
    default:
      return false
  }
}

/**
 * Products of halves by matrix units (the experimental feature `chromium-experimental-subgroup-matrix`). Operands go
 * through workgroup memory as halves and sums as float32, so that they can be loaded and stored at any index.
 */
export function matrixProducts(kernel: ContractionKernel, unit: MatrixUnit, pack: number): ShaderCode {
  const { batch, m, n, k, a, b } = kernel
  const [rows, columns, depth] = [countOf(m), countOf(n), countOf(k)]
  const [down, across] = [Math.ceil(rows / tile.rows), Math.ceil(columns / tile.columns)]
  const groups = countOf(batch) * down * across
  const shader = contractionShader(kernel, threads, groups, groups, pack > 1)
  const left = shader.shared('f16', 2, tile.rows * tile.depth)
  const right = shader.shared('f16', 2, tile.depth * tile.columns)
  const sums = shader.shared('f32', 4, tile.rows * tile.columns)
  const names = nameAxes(batch, 'o')
  const block = new Block(shader, names)
  block.lines.push(
    `if (row >= ${groups}u) { return; }`,
    `let position = row / ${down * across}u;`,
    `let firstRow = row / ${across}u % ${down}u * ${tile.rows}u;`,
    `let firstColumn = row % ${across}u * ${tile.columns}u;`,
    `let team = lane / ${unit.subgroupSize}u;`,
    ...coordinatesAlong(names, 'position'),
  )
  const fillLeft = fill(block, {
    ...{ tile: left, axes: m, k, operand: a, first: 'firstRow', size: tile.rows, count: rows, depth },
    at: (position, product) => `${position} * ${tile.depth}u + ${product}`,
  })
  const fillRight = fill(block, {
    ...{ tile: right, axes: n, k, operand: b, first: 'firstColumn', size: tile.columns, count: columns, depth },
    at: (position, product) => `${product} * ${tile.columns}u + ${position}`,
  })
  const each = ((tile.rows / unit.rows) * (tile.columns / unit.columns) * unit.subgroupSize) / threads
  const blocks = Array.from({ length: each }, (_, number) => number)
  const types = matrixTypes(unit)
  const perLine = tile.columns / unit.columns
  block.lines.push(
    ...blocks.flatMap((number) => [
      `let down${number} = (team * ${each}u + ${number}u) / ${perLine}u * ${unit.rows}u;`,
      `let across${number} = (team * ${each}u + ${number}u) % ${perLine}u * ${unit.columns}u;`,
      `var sum${number}: ${types.result};`,
    ]),
    `for (var done = 0u; done < ${depth}u; done += ${tile.depth}u) {`,
    ...fillLeft,
    ...fillRight,
    'workgroupBarrier();',
    `for (var i = 0u; i < ${tile.depth}u; i += ${unit.depth}u) {`,
    ...blocks.flatMap((number) => [
      `let left${number} = subgroupMatrixLoad<${types.left}>(&${left}, down${number} * ${tile.depth}u + i, false, ${tile.depth}u);`,
      `let right${number} = subgroupMatrixLoad<${types.right}>(&${right}, i * ${tile.columns}u + across${number}, false, ${tile.columns}u);`,
      `sum${number} = subgroupMatrixMultiplyAccumulate(left${number}, right${number}, sum${number});`,
    ]),
    '}',
    'workgroupBarrier();',
    '}',
    ...blocks.map(
      (number) =>
        `subgroupMatrixStore(&${sums}, down${number} * ${tile.columns}u + across${number}, sum${number}, false, ${tile.columns}u);`,
    ),
    'workgroupBarrier();',
    ...finish(kernel, shader, block, sums, pack),
  )
  return shader.build(block.lines)
}

function matrixTypes({ rows, columns, depth }: MatrixUnit) {
  return {
    left: `subgroup_matrix_left<f16, ${depth}, ${rows}>`,
    right: `subgroup_matrix_right<f16, ${columns}, ${depth}>`,
    result: `subgroup_matrix_result<f32, ${columns}, ${rows}>`,
  }
}

interface Operand {
  readonly tile: string
  readonly axes: readonly Axis[]
  readonly k: readonly Axis[]
  readonly operand: Expression
  /** The variable that holds the first row or column of the tile. */
  readonly first: string
  readonly size: number
  readonly count: number
  readonly depth: number
  /** The position of an element in the tile. */
  at(position: string, product: string): string
}

/** Loads an operand into workgroup memory, with 0 outside of it. */
function fill(block: Block, { tile: target, axes, k, operand, first, size, count, depth, at }: Operand): string[] {
  // adjacent threads read adjacent elements
  const last = axes.at(-1)
  const along = last !== undefined && operand.kind === 'load' && strideAlong(operand.index, last) === 1
  const [position, product] = along
    ? [`unit % ${size}u`, `unit / ${size}u`]
    : [`unit / ${tile.depth}u`, `unit % ${tile.depth}u`]
  const names = [nameAxes(axes, `${target}At`), nameAxes(k, `${target}K`)] as const
  const body = block.inner([...names[0], ...names[1]])
  body.lines.push(...coordinatesAlong(names[0], 'at'), ...coordinatesAlong(names[1], 'product'))
  const value = body.value(operand)
  return [
    `for (var unit = lane; unit < ${size * tile.depth}u; unit += ${threads}u) {`,
    `let at = ${first} + ${position};`,
    `let product = done + ${product};`,
    'var number = 0.0;',
    `if (at < ${count}u && product < ${depth}u) {`,
    ...body.lines,
    `number = ${value};`,
    '}',
    `${target}[${at(`(${position})`, `(${product})`)}] = f16(number);`,
    '}',
  ]
}

/** Stores the results, pack by pack. */
function finish(
  { m, n, stores }: ContractionKernel,
  shader: Shader,
  around: Block,
  sums: string,
  pack: number,
): string[] {
  const [rows, columns] = [countOf(m), countOf(n)]
  const rowNames = nameAxes(m, 'm')
  const root = around.inner(rowNames)
  root.lines.push(...coordinatesAlong(rowNames, 'atRow'))
  const blocks = Array.from({ length: pack }, (_, next) => {
    const names = nameAxes(n, `n${next}n`)
    const block = root.inner(names)
    const column = `column${next}`
    block.lines.push(`let ${column} = atColumn + ${next}u;`, ...coordinatesAlong(names, column))
    block.setReduced(-1, `${sums}[unit + ${next}u]`)
    return block
  })
  const writes = pack > 1 ? shader.storingPack(blocks, stores) : shader.storing(blocks[0]!, stores)
  return [
    `for (var unit = lane * ${pack}u; unit < ${tile.rows * tile.columns}u; unit += ${threads * pack}u) {`,
    `let atRow = firstRow + unit / ${tile.columns}u;`,
    `let atColumn = firstColumn + unit % ${tile.columns}u;`,
    `if (atRow < ${rows}u && atColumn < ${columns}u) {`,
    ...root.lines,
    ...blocks.flatMap(({ lines }) => lines),
    ...writes,
    '}',
    '}',
  ]
}
