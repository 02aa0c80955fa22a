import type { Expression } from '@gradus/schedule'

/** The statements of a function or of a loop, and the constants that they define. */
export class Scope {
  readonly lines: string[] = []
  private readonly names = new Map<Expression, string>()

  constructor(
    /** The number of loops around the statements. */
    readonly depth: number,
    private readonly outer?: Scope,
  ) {}

  /** The scope `depth` loops deep that is this one or around it. */
  at(depth: number): Scope {
    let scope: Scope = this
    while (scope.depth > depth && scope.outer) scope = scope.outer
    return scope
  }

  /** The name of an expression that is defined here or around. */
  nameOf(expression: Expression): string | undefined {
    return this.names.get(expression) ?? this.outer?.nameOf(expression)
  }

  define(expression: Expression, name: string, text: string): void {
    this.names.set(expression, name)
    this.lines.push(`const ${name}=${text};`)
  }
}
