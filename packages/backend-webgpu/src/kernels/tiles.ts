import { type Axis, type ContractionKernel, countOf, type Expression, strideAlong } from '@gradus/schedule'
import { isFloat } from '@gradus/tensor'
import { Block } from '../wgsl/block.ts'
import { typeOf } from '../wgsl/types.ts'
import { coordinatesAlong, nameAxes } from './axes.ts'
import { contractionShader } from './contraction-shader.ts'
import type { ShaderCode } from './kernel-code.ts'
import type { Shader } from './shader.ts'

/** A workgroup has `side` x `side` threads. */
const side = 16
const all = side * side

/**
 * The number of workgroups that keep a GPU busy. Where there are fewer, sums are split into parts of at least `minPart`
 * products.
 */
const enoughGroups = 128
const minPart = 256

/**
 * Products are added in blocks of this many, and the sums of blocks in memory, because a second set of sums would need the
 * registers of another workgroup. Parts are at most as long as that keeps errors small.
 */
const blockProducts = 512
const maxPart = 256 * blockProducts

/**
 * How a contraction is tiled: a thread computes `quads` x `quads` groups of 4 x 4 elements, and each iteration loads
 * `depth` products into workgroup memory.
 */
export interface TileVariant {
  readonly quads: 1 | 2
  readonly depth: 8 | 16 | 32
}

/** Sums are split into `parts`, which are computed in parallel. */
export interface TileShape extends TileVariant {
  readonly parts: number
}

/** The variants that fit into the workgroup memory of every device. */
export const tileVariants: readonly TileVariant[] = [
  { quads: 1, depth: 8 },
  { quads: 1, depth: 16 },
  { quads: 1, depth: 32 },
  { quads: 2, depth: 8 },
  { quads: 2, depth: 16 },
]

/** Classes of result shapes for which different tiles are best. */
export const shapeClasses = ['square', 'tall', 'wide', 'small'] as const
export type ShapeClass = (typeof shapeClasses)[number]

/** The best tiles of a device. */
export type TileTable = Readonly<Partial<Record<ShapeClass, TileVariant>>>

function classOf(rows: number, columns: number): ShapeClass {
  if (Math.min(rows, columns) < 8 * side) return 'small'
  if (rows >= 4 * columns) return 'tall'
  return columns >= 4 * rows ? 'wide' : 'square'
}

/** The tiles for a number of rows, columns and products; undefined where tiles do not pay. */
export function chooseTiles(
  [batch, rows, columns, products]: readonly [number, number, number, number],
  table: TileTable = {},
): TileShape | undefined {
  const small = 4 * side
  if (rows < small / 2 || columns < small / 2 || products < 16) return undefined
  const groupsOf = (tile: number) => batch * Math.ceil(rows / tile) * Math.ceil(columns / tile)
  const fits = rows >= 2 * small && columns >= 2 * small
  const usual: TileVariant = { quads: fits && groupsOf(2 * small) >= enoughGroups ? 2 : 1, depth: 16 }
  const { quads, depth } = table[classOf(rows, columns)] ?? usual
  const groups = groupsOf(quads * small)
  const parts = Math.min(Math.ceil(enoughGroups / groups), Math.floor(products / minPart))
  return { quads, depth, parts: Math.max(1, parts, Math.ceil(products / maxPart)) }
}

/** How many workgroups compute tiles, how many products each adds, and the words in which it keeps the sums of blocks. */
function tileCounts({ batch, m, n, k }: ContractionKernel, { quads, depth, parts }: TileShape) {
  const tile = 4 * side * quads
  const [down, across] = [Math.ceil(countOf(m) / tile), Math.ceil(countOf(n) / tile)]
  const groups = countOf(batch) * down * across * parts
  const part = Math.ceil(countOf(k) / parts / depth) * depth
  return { tile, down, across, groups, part, sumWords: part > blockProducts ? tile * tile * groups : 0 }
}

/** The size of the sums of blocks in the workspace. */
export function tileSumBytes(kernel: ContractionKernel, shape: TileShape): number {
  return 4 * tileCounts(kernel, shape).sumWords
}

/** The shader that computes all sums, or their parts, by tiles. */
export function tileProducts(kernel: ContractionKernel, shape: TileShape, pack: number): ShaderCode {
  const { quads, depth, parts } = shape
  const { batch, m, n, k, a, b } = kernel
  const [rows, columns, depthInAll] = [countOf(m), countOf(n), countOf(k)]
  const { tile, down, across, groups, part, sumWords } = tileCounts(kernel, shape)
  const shader = contractionShader(kernel, all, groups, groups, parts > 1 || pack > 1)
  const type = typeOf(a.dtype)
  const memory = () => shader.shared(`vec4<${type}>`, 16, depth * side * quads)
  const [leftTile, rightTile] = [memory(), memory()]
  const names = nameAxes(batch, 'o')
  const block = new Block(shader, names)
  block.lines.push(
    `if (row >= ${groups}u) { return; }`,
    `let position = row / ${down * across * parts}u;`,
    `let part = row / ${down * across}u % ${parts}u;`,
    `let firstRow = row / ${across}u % ${down}u * ${tile}u;`,
    `let firstColumn = row % ${across}u * ${tile}u;`,
    `let x = lane % ${side}u;`,
    `let y = lane / ${side}u;`,
    `let last = min(${depthInAll}u, (part + 1u) * ${part}u);`,
    ...coordinatesAlong(names, 'position'),
  )
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)
  const sum = (quad: number, row: number, column: number) => `sum${quad}${row}${column}`
  const each = (text: (quad: number, row: number, column: number) => string): string[] =>
    numbers(quads).flatMap((quad) =>
      numbers(4).flatMap((row) => numbers(quads).map((column) => text(quad, row, column))),
    )
  const depthFits = depthInAll % (depth * parts) === 0
  const left = fill(block, {
    ...{ name: 'left', tile: leftTile, first: 'firstRow', axes: m, operand: a, k, quads, depth },
    guards: [...(rows % tile === 0 ? [] : [`at < ${rows}u`]), ...(depthFits ? [] : ['product < last'])],
  })
  const right = fill(block, {
    ...{ name: 'right', tile: rightTile, first: 'firstColumn', axes: n, operand: b, k, quads, depth },
    guards: [...(columns % tile === 0 ? [] : [`at < ${columns}u`]), ...(depthFits ? [] : ['product < last'])],
  })
  const line = side * quads
  const inBlocks = sumWords > 0 && isFloat(a.dtype)
  const kept = each((...at) => sum(...at)).map((name, number) => ({ name, number: `${number}u` }))
  if (inBlocks) shader.declare(keepBlock(kernel, shader, type, kept.length, parts))
  block.lines.push(
    ...each((...at) => `var ${sum(...at)} = vec4<${type}>();`),
    ...(inBlocks ? [`for (var first = part * ${part}u; first < last; first += ${blockProducts}u) {`] : []),
    ...(inBlocks ? [`let end = min(last, first + ${blockProducts}u);`] : []),
    inBlocks
      ? `for (var done = first; done < end; done += ${depth}u) {`
      : `for (var done = part * ${part}u; done < last; done += ${depth}u) {`,
    ...left,
    ...right,
    'workgroupBarrier();',
    `for (var i = 0u; i < ${depth}u; i++) {`,
    ...numbers(quads).map((quad) => `let p${quad} = ${leftTile}[i * ${line}u + ${quad * side}u + y];`),
    ...numbers(quads).map((quad) => `let q${quad} = ${rightTile}[i * ${line}u + ${quad * side}u + x];`),
    ...each((quad, row, column) => `${sum(quad, row, column)} += p${quad}.${'xyzw'[row]} * q${column};`),
    '}',
    'workgroupBarrier();',
    '}',
    ...(inBlocks
      ? [
          `if (first > part * ${part}u) {`,
          ...kept.map(({ name, number }) => `${name} += keptPART(row, lane, ${number});`),
          '}',
          'if (end < last) {',
          ...kept.map(({ name, number }) => `keepPART(row, lane, ${number}, ${name}); ${name} = vec4<${type}>();`),
          '}',
          '}',
        ]
      : []),
    ...each((quad, row, column) => {
      const atRow = `firstRow + ${quad * 4 * side + row}u + 4u * y`
      const atColumn = `firstColumn + ${column * 4 * side}u + 4u * x`
      return `finishPART(position, part, ${atRow}, ${atColumn}, ${sum(quad, row, column)});`
    }),
  )
  shader.declare(parts > 1 ? keepPart(kernel, shader, type) : finishFunction(kernel, shader, type, pack))
  return shader.build(block.lines)
}

/** Functions that keep the sums of blocks, four at a time: each thread reads only its own, which lie behind the parts. */
function keepBlock(kernel: ContractionKernel, shader: Shader, type: string, fours: number, parts: number): string {
  const { batch, m, n, a } = kernel
  const before = parts > 1 ? parts * countOf([...batch, ...m, ...n]) : 0
  const at = (j: number) => `${before}u + ((row * ${fours}u + number) * 4u + ${j}u) * ${all}u + lane`
  return `fn keepPART(row: u32, lane: u32, number: u32, four: vec4<${type}>) {
${[0, 1, 2, 3].map((j) => shader.keep(a.dtype, at(j), `four.${'xyzw'[j]}`)).join('\n')}
}
fn keptPART(row: u32, lane: u32, number: u32) -> vec4<${type}> {
return vec4<${type}>(${[0, 1, 2, 3].map((j) => shader.kept(a.dtype, at(j))).join(', ')});
}`
}

/** A function that stores four adjacent partial sums in the workspace. */
function keepPart({ batch, m, n, a }: ContractionKernel, shader: Shader, type: string): string {
  const [rows, columns] = [countOf(m), countOf(n)]
  const at = `((part * ${countOf(batch)}u + position) * ${rows}u + atRow) * ${columns}u + firstColumn + j`
  return finish(type, rows, [
    'for (var j = 0u; j < 4u; j++) {',
    `if (firstColumn + j < ${columns}u) { ${shader.keep(a.dtype, at, 'four[j]')} }`,
    '}',
  ])
}

/** A function that stores the results of four adjacent sums, pack by pack. */
function finishFunction(
  { batch, m, n, stores }: ContractionKernel,
  shader: Shader,
  type: string,
  pack: number,
): string {
  const [rows, columns] = [countOf(m), countOf(n)]
  const outside = [nameAxes(batch, 'o'), nameAxes(m, 'm')] as const
  const root = new Block(shader, new Map(outside.flatMap((axes) => [...axes])))
  root.lines.push(...coordinatesAlong(outside[0], 'position'), ...coordinatesAlong(outside[1], 'atRow'))
  const blocks = Array.from({ length: pack }, (_, next) => {
    const names = nameAxes(n, `n${next}n`)
    const block = root.inner(names)
    const column = `column${next}`
    block.lines.push(`let ${column} = firstColumn + j + ${next}u;`, ...coordinatesAlong(names, column))
    block.setReduced(-1, `four[j + ${next}u]`)
    return block
  })
  const writes = pack > 1 ? shader.storingPack(blocks, stores) : shader.storing(blocks[0]!, stores)
  return finish(type, rows, [
    ...root.lines,
    `for (var j = 0u; j < 4u; j += ${pack}u) {`,
    `if (firstColumn + j < ${columns}u) {`,
    ...blocks.flatMap(({ lines }) => lines),
    ...writes,
    '}',
    '}',
  ])
}

function finish(type: string, rows: number, body: readonly string[]): string {
  return `fn finishPART(position: u32, part: u32, atRow: u32, firstColumn: u32, four: vec4<${type}>) {
if (atRow >= ${rows}u) { return; }
${body.join('\n')}
}`
}

interface Operand {
  readonly name: string
  /** The workgroup array that is filled. */
  readonly tile: string
  /** The variable that holds the first row or column of the tile. */
  readonly first: string
  readonly axes: readonly Axis[]
  /** Conditions for reading inside the operand, in terms of `at` and `product`. */
  readonly guards: readonly string[]
  readonly k: readonly Axis[]
  readonly operand: Expression
  readonly quads: number
  readonly depth: number
}

/** Loads an operand into workgroup memory, four adjacent elements at a time, with 0 outside of it. */
function fill(block: Block, { name, tile, first, axes, guards, k, operand, quads, depth }: Operand): string[] {
  const line = side * quads
  // adjacent threads read adjacent elements
  const along = isContiguous(operand, axes.at(-1))
  const [four, one] = along ? [`unit % ${line}u`, `unit / ${line}u`] : [`unit / ${depth}u`, `unit % ${depth}u`]
  const names = [nameAxes(axes, `${name}At`), nameAxes(k, `${name}K`)] as const
  const body = block.inner([...names[0], ...names[1]])
  body.lines.push(...coordinatesAlong(names[0], 'at'), ...coordinatesAlong(names[1], 'product'))
  const value = body.value(operand)
  const type = typeOf(operand.dtype)
  const read = (i: number) => [
    '{',
    `let at = ${first} + 4u * four + ${i}u;`,
    `${guards.length > 0 ? `if (${guards.join(' && ')}) ` : ''}{`,
    ...body.lines,
    `values.${'xyzw'[i]} = ${value};`,
    '}',
    '}',
  ]
  return [
    `for (var unit = lane; unit < ${depth * line}u; unit += ${all}u) {`,
    `let four = ${four};`,
    `let product = done + ${one};`,
    // explicitly, because not every compiler clears the variable in each iteration
    `var values = vec4<${type}>();`,
    ...[0, 1, 2, 3].flatMap(read),
    `${tile}[(${one}) * ${line}u + four] = values;`,
    '}',
  ]
}

/** Whether adjacent positions along an axis are adjacent in memory. */
function isContiguous(operand: Expression, axis: Axis | undefined): boolean {
  if (!axis) return false
  switch (operand.kind) {
    case 'load':
      return strideAlong(operand.index, axis) === 1
    case 'apply':
      return operand.inputs.some((input) => isContiguous(input, axis))
    case 'choice':
      return isContiguous(operand.inside, axis)
    default:
      return false
  }
}
