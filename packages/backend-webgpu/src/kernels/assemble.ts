import { tableHeader } from '../runtime/table.ts'
import { functionsFor } from '../wgsl/functions.ts'
import type { ShaderCode } from './kernel-code.ts'

/** The maximum number of workgroups along one dimension of a dispatch. */
export const maxGroups = 65535

/** The heap, where each word is written by one thread, and where several threads may write parts of a word. */
const ownWords = `@group(0) @binding(0) var<storage, read_write> heap: array<u32>;
fn wordAt(position: u32) -> u32 { return heap[position]; }
fn putWord(position: u32, word: u32) { heap[position] = word; }`
const sharedWords = `@group(0) @binding(0) var<storage, read_write> heap: array<atomic<u32>>;
fn wordAt(position: u32) -> u32 { return atomicLoad(&heap[position]); }
fn putWord(position: u32, word: u32) { atomicStore(&heap[position], word); }`

/** Parts that may run in parallel: the calls of their functions, and the number of workgroups. */
interface Phase {
  readonly calls: string
  readonly groups: number
}

/**
 * Assembles parts into one shader. The parts of a phase are independent; the table holds the slots of all parts in order.
 * With one phase, each part has its own workgroups. Several phases run one after the other in a single workgroup.
 */
export function assemble(phases: readonly (readonly ShaderCode[])[]): string {
  const parts = phases.flat()
  const { workgroupSize } = parts[0]!
  const memory = parts.some(({ writesPartialWords }) => writesPartialWords) ? sharedWords : ownWords
  const functions = new Functions(parts)
  const made = phases.map((list): Phase => {
    let groups = 0
    const calls = list.map((part) => {
      const call = functions.call(part, groups === 0 ? 'row' : `row - ${groups}u`)
      groups += part.groups
      return `if (row < ${groups}u) { ${call}; }`
    })
    return { calls: calls.join(' else '), groups }
  })
  const text = functions.list.join('\n')
  return `${enablesFor(text)}${memory}
@group(0) @binding(1) var<uniform> table: array<vec4<u32>, ${Math.ceil(functions.slots / 4)}>;
${functionsFor(text)}
${text}
@compute @workgroup_size(${workgroupSize})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
${made.length === 1 ? apart(made[0]!) : inTurn(made)}
}`
}

/** The extensions that a shader has to enable. */
function enablesFor(text: string): string {
  const subgroups = 'enable subgroups;\n'
  // the backend checks at start which thread belongs to which subgroup
  const matrices = `enable f16;\nenable chromium_experimental_subgroup_matrix;\ndiagnostic(off, chromium.subgroup_matrix_uniformity);\n`
  if (text.includes('subgroupMatrix')) return subgroups + matrices
  return text.includes('subgroupShuffleXor') ? subgroups : ''
}

function apart({ calls }: Phase): string {
  return `let row = group.x + group.y * ${maxGroups}u;\n${calls}`
}

/** Barriers make the writes of a phase visible to the next, and separate the uses of workgroup memory by different rows. */
function inTurn(phases: readonly Phase[]): string {
  return phases
    .map(({ calls, groups }) =>
      groups === 1
        ? `{\nlet row = 0u;\n${calls}\n}`
        : `for (var row = 0u; row < ${groups}u; row++) {\n${calls}\nworkgroupBarrier();\n}`,
    )
    .join('\nstorageBarrier();\nworkgroupBarrier();\n')
}

/** The functions of a shader's parts. Parts that differ only in sizes and addresses share one function. */
class Functions {
  readonly list: string[] = []
  /** The number of words in the table so far. */
  slots = tableHeader.length
  private readonly alike = new Map<string, number>()
  private readonly shared = new Map<string, string>()
  private parts = 0

  constructor(parts: readonly ShaderCode[]) {
    for (const { body } of parts) this.alike.set(body, (this.alike.get(body) ?? 0) + 1)
  }

  /** The call of a part for one of its workgroups. */
  call(part: ShaderCode, row: string): string {
    const { body, declarations, count, slots } = part
    const first = this.slots
    this.slots += slots.length
    const number = this.parts++
    if (this.alike.get(body)! > 1 && declarations === '') {
      return `${this.sharedFunction(body)}(${row}, lane, ${first}u, ${count}u)`
    }
    const own = (text: string) =>
      named(text.replaceAll('PART', String(number)), `${count}u`, (slot) => wordAt(first + slot))
    this.list.push(own(declarations), `fn part${number}(row: u32, lane: u32) {\n${own(body)}\n}`)
    return `part${number}(${row}, lane)`
  }

  private sharedFunction(body: string): string {
    let name = this.shared.get(body)
    if (name === undefined) {
      name = `alike${this.shared.size}`
      this.shared.set(body, name)
      const text = named(body, 'count', (slot) => `addressAt(slots + ${slot}u)`)
      this.list.push(`fn ${name}(row: u32, lane: u32, slots: u32, count: u32) {\n${text}\n}`)
    }
    return name
  }
}

function wordAt(position: number): string {
  return `table[${position >> 2}].${'xyzw'[position & 3]}`
}

/** Replaces the placeholders for the count and for the addresses of slots. */
function named(code: string, count: string, address: (slot: number) => string): string {
  return code.replaceAll('COUNT', count).replace(/<(\d+)>/g, (_, slot) => address(Number(slot)))
}
