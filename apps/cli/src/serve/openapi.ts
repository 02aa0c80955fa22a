import type { Port } from '../model/ports.ts'
import type { Limits } from './limits.ts'
import { type Column, exampleRow } from './rows.ts'

interface Described {
  readonly title: string
  readonly version: string
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** The columns of rows; undefined for a model that takes arrays only. */
  readonly columns: readonly Column[] | undefined
  readonly limits: Limits
}

/** The description of the server in OpenAPI 3.1. */
export function openApi({ title, version, inputs, outputs, columns, limits }: Described): object {
  const body = (schema: object) => ({ content: { 'application/json': { schema } } })
  const object = (key: string, schema: object) => ({
    type: 'object',
    required: [key],
    additionalProperties: false,
    properties: { [key]: schema },
  })
  const either = (schemas: readonly object[]) => (schemas.length === 1 ? schemas[0]! : { oneOf: schemas })
  const asked = [
    ...(columns ? [object('rows', rowsSchema(columns, limits.maxRows))] : []),
    object('inputs', portsSchema(inputs, limits.maxRows)),
  ]
  const answered = [
    ...(columns ? [object('predictions', { type: 'array', items: { type: ['object', 'null'] } })] : []),
    object('outputs', portsSchema(outputs, limits.maxRows)),
  ]
  const failure = (description: string) => ({ description, ...body({ $ref: '#/components/schemas/Error' }) })
  const answer = (description: string, content: object) => ({ description, content })
  return {
    openapi: '3.1.0',
    info: { title, version, description: 'Predictions of one model.' },
    paths: {
      '/predict': {
        post: {
          summary: 'Predict rows of inputs',
          requestBody: { required: true, ...body(either(asked)) },
          responses: {
            200: {
              description: 'The outputs or predictions, row by row.',
              ...body(either(answered)),
            },
            400: failure('JSON, a shape or a value is wrong.'),
            403: failure('The Host header names another server.'),
            408: failure('The request took too long.'),
            413: failure(`More than ${limits.maxBody} bytes or ${limits.maxRows} rows.`),
            415: failure('The body is no application/json.'),
            503: failure('Too many requests wait, or the server stops.'),
          },
        },
      },
      '/health': {
        get: {
          summary: 'Whether the server is ready',
          responses: { 200: { description: 'It is.', ...body({ type: 'object' }) } },
        },
      },
      '/openapi.json': {
        get: { summary: 'This document', responses: { 200: { description: 'It.', ...body({ type: 'object' }) } } },
      },
      '/': {
        get: { summary: 'A page to try the model', responses: { 200: answer('The page.', { 'text/html': {} }) } },
      },
    },
    components: {
      schemas: {
        Error: object('error', {
          type: 'object',
          required: ['code', 'message'],
          properties: { code: { type: 'string' }, message: { type: 'string' } },
        }),
      },
    },
  }
}

function portsSchema(ports: readonly Port[], maxRows: number): object {
  const rows = ({ shape, dtype }: Port) => ({
    ...nestedSchema(shape.slice(1), dtype, true),
    minItems: 1,
    maxItems: maxRows,
  })
  if (ports.length === 1) return rows(ports[0]!)
  return {
    type: 'object',
    required: ports.map(({ name }) => name),
    additionalProperties: false,
    properties: Object.fromEntries(ports.map((port) => [port.name, rows(port)])),
  }
}

function nestedSchema(shape: readonly (number | null)[], dtype: string, rows = false): object {
  if (rows) return { type: 'array', items: nestedSchema(shape, dtype) }
  const [size, ...inner] = shape
  if (size === undefined) return { type: /int/.test(dtype) ? 'integer' : 'number' }
  return { type: 'array', items: nestedSchema(inner, dtype), ...(size !== null && { minItems: size, maxItems: size }) }
}

/** Rows of objects. A column may have other types, too: numbers are also read from texts, as in files. */
function rowsSchema(columns: readonly Column[], maxRows: number): object {
  const items = {
    type: 'object',
    properties: Object.fromEntries(
      columns.map(({ name, kind, categories, usual }) => {
        const examples = usual === undefined ? categories?.slice(0, 5) : [usual]
        return [name, { description: kind, ...(examples && { examples }) }]
      }),
    ),
  }
  return { type: 'array', minItems: 1, maxItems: maxRows, items }
}

/** A request with one row: of the columns, or of zeros. */
export function exampleRequest(inputs: readonly Port[], columns: readonly Column[] | undefined): object {
  if (columns) return { rows: [exampleRow(columns)] }
  const zeros = (shape: readonly (number | null)[]): unknown => {
    const [size, ...inner] = shape
    return size === undefined ? 0 : Array.from({ length: size ?? 1 }, () => zeros(inner))
  }
  const rows = inputs.map(({ name, shape }) => [name, [zeros(shape.slice(1))]] as const)
  return { inputs: rows.length === 1 ? rows[0]![1] : Object.fromEntries(rows) }
}
