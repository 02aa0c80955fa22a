import { ConfigError } from '@gradus/core'
import type { Tensor, TypedArray } from '@gradus/tensor'
import { bytesPerElement, toMemory } from '@gradus/tensor/internals'
import { numberText, shortFloat } from './code.ts'
import { arrayClass } from './memory.ts'

/** A constant of the program and its values. */
interface Weight {
  readonly name: string
  readonly tensor: Tensor
}

/** Up to this many values weights are written as numbers. */
const mostNumbers = 64

/** The most bytes of weights that a file may have: engines have a limit for texts, and base64 has 4 characters for 3 bytes. */
const mostBytes = 2 ** 28

/** Decodes base64 to `n` bytes. Engines outside of pages, workers and Node may lack `atob`, which is also slower for large weights. */
const decoder =
  '(s,n)=>{const a=new Uint8Array(n);for(let i=0,j=0,b=0,k=0;j<n;){const c=s.charCodeAt(i++);' +
  'b=b<<6|(c>96?c-71:c>64?c-65:c>47?c+4:c>43?63:62);k+=6;if(k>7)a[j++]=b>>(k-=8)}return a.buffer}'

/** Writes the definitions of constants: as numbers where they are few, otherwise as the base64 of their bytes. */
export async function weightCode(weights: readonly Weight[]): Promise<string[]> {
  const values = await Promise.all(
    weights.map(async ({ name, tensor }) => ({ name, tensor, data: await tensor.data() })),
  )
  const count = values.reduce((sum, { data }) => sum + data.length, 0)
  if (count <= mostNumbers) {
    return values.map(({ name, tensor: { dtype }, data }) => {
      const text = [...toMemory(dtype, data)].map(dtype === 'float32' ? shortFloat : numberText)
      return `const ${name}=new ${arrayClass(dtype)}([${text.join()}])`
    })
  }
  const size = values.reduce((sum, { tensor, data }) => sum + data.length * bytesPerElement(tensor.dtype), 0)
  if (size > mostBytes) {
    throw new ConfigError(
      `The weights have ${size} bytes, and a file of JavaScript holds at most ${mostBytes}. Save the model as .safetensors instead.`,
    )
  }
  // wide types come first, so that every array begins at a multiple of its element size
  const wide = [...values].sort((a, b) => bytesPerElement(b.tensor.dtype) - bytesPerElement(a.tensor.dtype))
  let offset = 0
  const views: string[] = []
  const pieces: Uint8Array[] = []
  for (const { name, tensor, data } of wide) {
    const bytes = bytesOf(data, tensor)
    views.push(`${name}=new ${arrayClass(tensor.dtype)}(B,${offset},${data.length})`)
    pieces.push(bytes)
    offset += bytes.length
  }
  return [`const B=(${decoder})('${base64(pieces, offset)}',${offset})`, `const ${views.join()}`]
}

function bytesOf(data: TypedArray, { dtype }: Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = toMemory(dtype, data)
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** The base64 of bytes. Pieces of the text stay short, because engines limit the number of arguments. */
function base64(pieces: readonly Uint8Array[], length: number): string {
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const piece of pieces) {
    bytes.set(piece, offset)
    offset += piece.length
  }
  const step = 3 * 2 ** 12
  let text = ''
  for (let start = 0; start < length; start += step) {
    text += btoa(String.fromCharCode(...bytes.subarray(start, start + step)))
  }
  return text
}
