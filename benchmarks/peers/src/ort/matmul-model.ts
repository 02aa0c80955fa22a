/** Bytes of a message of Protocol Buffers: its fields one after the other. */
const message = (...fields: readonly number[][]) => fields.flat()

const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)])

/** A field with a whole number. */
const number = (field: number, value: number) => [field << 3, ...varint(value)]

/** A field with text or with a message. */
function part(field: number, content: string | number[]): number[] {
  const bytes = typeof content === 'string' ? [...new TextEncoder().encode(content)] : content
  return [(field << 3) | 2, ...varint(bytes.length), ...bytes]
}

// the numbers of the fields are those of onnx.proto

function matrix(name: string, size: number): number[] {
  const dimension = part(1, number(1, size))
  const float32 = 1
  const type = message(number(1, float32), part(2, message(dimension, dimension)))
  return message(part(1, name), part(2, part(1, type)))
}

/** An ONNX model with one node, the product `c` of the matrices `a` and `b`. */
export function matmulModel(size: number): Uint8Array {
  const node = message(part(1, 'a'), part(1, 'b'), part(2, 'c'), part(4, 'MatMul'))
  const inputs = ['a', 'b'].flatMap((name) => part(11, matrix(name, size)))
  const graph = message(part(1, node), part(2, 'product'), inputs, part(12, matrix('c', size)))
  const [version, opset] = [8, 17]
  return Uint8Array.from(message(number(1, version), part(7, graph), part(8, number(2, opset))))
}
