import { tableHeader } from '../runtime/table.ts'
import { functionsFor } from '../wgsl/functions.ts'
import type { ShaderCode } from './kernel-code.ts'

/** At most so many workgroups run along one dimension. */
export const mostGroups = 65535

/** One shader that does what several do, in workgroups of their own. Their slots follow one another in its table. */
export function assemble(parts: readonly ShaderCode[]): string {
  const [{ workgroupSize, writesParts }] = parts as readonly [ShaderCode, ...ShaderCode[]]
  const alike = new Map<string, number>()
  for (const { body } of parts) alike.set(body, (alike.get(body) ?? 0) + 1)
  const shared = new Map<string, string>()
  const functions: string[] = []
  const calls: string[] = []
  let slots = tableHeader.length
  let groups = 0
  parts.forEach((part, number) => {
    const { body, declarations, count } = part
    const first = slots
    const row = groups === 0 ? 'row' : `row - ${groups}u`
    let call = `part${number}(${row}, lane)`
    if (alike.get(body)! > 1 && declarations === '') {
      let name = shared.get(body)
      if (name === undefined) {
        name = `alike${shared.size}`
        shared.set(body, name)
        const text = named(body, 'count', (slot) => `addressAt(slots + ${slot}u)`)
        functions.push(`fn ${name}(row: u32, lane: u32, slots: u32, count: u32) {\n${text}\n}`)
      }
      call = `${name}(${row}, lane, ${first}u, ${count}u)`
    } else {
      const own = (text: string) =>
        named(text.replaceAll('PART', String(number)), `${count}u`, (slot) => wordAt(first + slot))
      functions.push(own(declarations), `fn part${number}(row: u32, lane: u32) {\n${own(body)}\n}`)
    }
    groups += part.groups
    slots += part.slots.length
    calls.push(`if (row < ${groups}u) { ${call}; }`)
  })
  const text = functions.join('\n')
  return `@group(0) @binding(0) var<storage, read_write> heap: array<${writesParts ? 'atomic<u32>' : 'u32'}>;
@group(0) @binding(1) var<uniform> table: array<vec4<u32>, ${Math.ceil(slots / 4)}>;
${functionsFor(text)}
${text}
@compute @workgroup_size(${workgroupSize})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
let row = group.x + group.y * ${mostGroups}u;
${calls.join(' else ')}
}`
}

function wordAt(place: number): string {
  return `table[${place >> 2}].${'xyzw'[place & 3]}`
}

/** Code with names for its count and for the addresses of its slots. */
function named(code: string, count: string, address: (slot: number) => string): string {
  return code.replaceAll('COUNT', count).replace(/<(\d+)>/g, (_, slot) => address(Number(slot)))
}
