import type { Reporter, TestModule } from 'vitest/node'

const shown = 10

/** Prints at the end which files took longest: whole seconds from the loading of a file to the end of its last hook. */
export default class Slowest implements Reporter {
  #began = new Map<string, number>()
  #took = new Map<string, number>()

  onTestModuleQueued(module: TestModule): void {
    this.#began.set(module.relativeModuleId, performance.now())
  }

  onTestModuleEnd(module: TestModule): void {
    const began = this.#began.get(module.relativeModuleId)
    if (began !== undefined) this.#took.set(module.relativeModuleId, performance.now() - began)
  }

  onTestRunEnd(): void {
    if (this.#took.size < shown) return
    const slowest = [...this.#took].sort(([, a], [, b]) => b - a).slice(0, shown)
    const lines = slowest.map(([file, ms]) => `${(ms / 1000).toFixed(0).padStart(6)} s  ${file}`)
    process.stdout.write(`\nThe ten slowest files:\n${lines.join('\n')}\n`)
  }
}
