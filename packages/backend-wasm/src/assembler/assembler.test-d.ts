import { describe, expectTypeOf, it } from 'vitest'
import {
  atomic,
  type Code,
  copyMemory,
  doWhile,
  drop,
  type F32,
  f32,
  f32x4,
  f64,
  f64x2,
  type I32,
  type I64,
  i32,
  i32x4,
  i64,
  ifElse,
  ifThen,
  increase,
  type Local,
  type Locals,
  type ModuleBuilder,
  sequence,
  Temporaries,
  type V128,
  type Void,
  v128,
  whileLoop,
} from './index.ts'

declare const int: I32
declare const long: I64
declare const float: F32
declare const double: Code<'f64'>
declare const vector: V128
declare const statement: Void
declare const locals: Locals
declare const module: ModuleBuilder

describe('instructions', () => {
  it('give code of their type', () => {
    expectTypeOf(f32.add(float, float)).toEqualTypeOf<F32>()
    expectTypeOf(f32.lt(float, float)).toEqualTypeOf<I32>()
    expectTypeOf(i64.extendS(int)).toEqualTypeOf<I64>()
    expectTypeOf(f32x4.extract(vector, 0)).toEqualTypeOf<F32>()
    expectTypeOf(f64x2.extract(vector, 0)).toEqualTypeOf<Code<'f64'>>()
    expectTypeOf(i32.store(int, int)).toEqualTypeOf<Void>()
    expectTypeOf(atomic.exchange64(int, long, long)).toEqualTypeOf<I64>()
  })

  it('take no code of another type', () => {
    // @ts-expect-error an integer among floats
    f32.add(float, int)
    // @ts-expect-error a float among integers
    i32.add(float, int)
    // @ts-expect-error single precision among double
    f64.mul(double, float)
    // @ts-expect-error 32 bits among 64
    i64.add(long, int)
    // @ts-expect-error a number of JavaScript
    i32.add(int, 1)
    // @ts-expect-error a scalar among vectors
    f32x4.add(vector, float)
    // @ts-expect-error the lanes of another kind
    f32x4.splat(int)
    // @ts-expect-error a vector as a scalar
    i32x4.splat(vector)
    // @ts-expect-error shifts count in 32 bits, whatever they shift
    i32x4.shl(vector, vector)
    // @ts-expect-error reinterpretation has a direction
    i32.reinterpret(int)
    // @ts-expect-error a statement is no value
    i32.eqz(statement)
  })

  it('take conditions and addresses of 32 bits', () => {
    // @ts-expect-error a condition is an integer
    f32.select(float, float, float)
    // @ts-expect-error a condition is one for all lanes
    v128.select(vector, vector, vector)
    // @ts-expect-error an address has 32 bits
    f32.load(long)
    // @ts-expect-error what is stored has the type of the store
    f32.store(int, int)
    // @ts-expect-error what is added has the type of the word
    atomic.add(int, long)
    // @ts-expect-error an offset is a number of JavaScript
    i32.load(int, int)
    // @ts-expect-error a length has 32 bits
    copyMemory(int, int, long)
  })
})

describe('control', () => {
  it('has branches of one type', () => {
    expectTypeOf(ifElse(int, float, float)).toEqualTypeOf<F32>()
    expectTypeOf(ifElse(int, statement, statement)).toEqualTypeOf<Void>()
    // @ts-expect-error two types
    ifElse(int, float, int)
    // @ts-expect-error a value or nothing
    ifElse(int, statement, int)
    // @ts-expect-error a condition of another type
    ifElse(float, int, int)
  })

  it('leaves nothing on the stack', () => {
    // @ts-expect-error a value would be left
    ifThen(int, int)
    // @ts-expect-error a condition of another type
    ifThen(long, statement)
    // @ts-expect-error a value would be left
    doWhile(int, int)
    // @ts-expect-error a condition of another type
    whileLoop(vector, statement)
    // @ts-expect-error a value would be left
    sequence(statement, int)
    // @ts-expect-error there is nothing to drop
    drop(statement)
    expectTypeOf(drop(vector)).toEqualTypeOf<Void>()
  })
})

describe('locals', () => {
  it('keep their type', () => {
    const local = locals.add('f32')
    expectTypeOf(local).toEqualTypeOf<Local<'f32'>>()
    expectTypeOf(local.get).toEqualTypeOf<F32>()
    expectTypeOf(local.tee(float)).toEqualTypeOf<F32>()
    // @ts-expect-error another type
    local.set(int)
    // @ts-expect-error another type
    local.tee(double)
    // @ts-expect-error only integers are increased
    increase(local, int)
    // @ts-expect-error no type of WebAssembly
    locals.add('bool')
    expectTypeOf(new Temporaries(locals).let(vector)).toEqualTypeOf<V128>()
    // @ts-expect-error nothing to remember
    new Temporaries(locals).let(statement)
  })
})

describe('functions', () => {
  const signature = { params: ['i32', 'f32'], result: 'f32' } as const

  it('have parameters and a result of the types of their signature', () => {
    module.function(signature, (_, a, b) => {
      expectTypeOf(a).toEqualTypeOf<Local<'i32'>>()
      expectTypeOf(b).toEqualTypeOf<Local<'f32'>>()
      return b.get
    })
    // @ts-expect-error the result has another type
    module.function(signature, (_, a) => a.get)
    // @ts-expect-error the result has another type, in a signature on the spot
    module.function({ params: ['i32'], result: 'f32' }, (_, a) => a.get)
    // @ts-expect-error a value would be left
    module.function({ params: [], result: 'void' }, () => int)
    // @ts-expect-error there is no second parameter
    module.function({ params: ['i32'], result: 'i32' }, (_, a, b) => i32.add(a.get, b.get))
  })

  it('are called with arguments of these types', () => {
    const defined = module.function(signature, (_, _a, b) => b.get)
    const imported = module.importFunction('outside', { params: ['v128'], result: 'void' })
    expectTypeOf(defined.call(int, float)).toEqualTypeOf<F32>()
    expectTypeOf(imported.call(vector)).toEqualTypeOf<Void>()
    expectTypeOf(module.callIndirect(signature, int, int, float)).toEqualTypeOf<F32>()
    // @ts-expect-error the wrong order
    defined.call(float, int)
    // @ts-expect-error an argument is missing
    defined.call(int)
    // @ts-expect-error one too many
    defined.call(int, float, float)
    // @ts-expect-error another type
    imported.call(float)
    // @ts-expect-error the wrong order
    module.callIndirect(signature, int, float, int)
    // @ts-expect-error an argument is missing
    module.callIndirect(signature, int, int)
    // @ts-expect-error an argument of another type, in a signature on the spot
    module.callIndirect({ params: ['i32'], result: 'void' }, int, float)
    // @ts-expect-error places in the table have 32 bits
    module.callIndirect(signature, long, int, float)
  })

  it('leave globals integers', () => {
    const global = module.exportGlobal('global')
    expectTypeOf(global.get).toEqualTypeOf<I32>()
    // @ts-expect-error another type
    global.set(float)
  })
})
