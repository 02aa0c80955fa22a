import { Model as PlainModel, Sequential as PlainSequential } from '@gradus/models'
import { Model, Sequential } from 'gradus'
import { expectTypeOf, it } from 'vitest'
import { type ExportedJs, exportJs } from './export-js.ts'

it('takes the models of both packages', () => {
  expectTypeOf(exportJs(new Sequential([]))).resolves.toEqualTypeOf<ExportedJs>()
  expectTypeOf(exportJs(new Model())).resolves.toEqualTypeOf<ExportedJs>()
  expectTypeOf(exportJs(new PlainSequential([]))).resolves.toEqualTypeOf<ExportedJs>()
  expectTypeOf(exportJs(new PlainModel())).resolves.toEqualTypeOf<ExportedJs>()
  // @ts-expect-error -- a list of layers is no model
  void exportJs([])
})
