import type { Reporter, TestCase, TestModule } from 'vitest/node'

const shown = 10

/** Prints at the end which tests needed a second try, and which files took longest: whole seconds from loading to the end of the last hook. */
export default class Slowest implements Reporter {
  #began = new Map<string, number>()
  #took = new Map<string, number>()
  #again: string[] = []

  onTestModuleQueued(module: TestModule): void {
    this.#began.set(module.relativeModuleId, performance.now())
  }

  onTestModuleEnd(module: TestModule): void {
    const began = this.#began.get(module.relativeModuleId)
    if (began !== undefined) this.#took.set(module.relativeModuleId, performance.now() - began)
  }

  onTestCaseResult(test: TestCase): void {
    const tries = test.diagnostic()?.retryCount ?? 0
    if (tries > 0) this.#again.push(`${test.module.relativeModuleId}: ${test.fullName}`)
  }

  onTestRunEnd(): void {
    if (this.#again.length > 0) process.stdout.write(`\nTried twice:\n${this.#again.join('\n')}\n`)
    if (this.#took.size < shown) return
    const slowest = [...this.#took].sort(([, a], [, b]) => b - a).slice(0, shown)
    const lines = slowest.map(([file, ms]) => `${(ms / 1000).toFixed(0).padStart(6)} s  ${file}`)
    process.stdout.write(`\nThe ten slowest files:\n${lines.join('\n')}\n`)
  }
}
