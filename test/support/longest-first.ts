import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Begins with the files that took longest the last time, so that the workers end together. What was never run is taken for a browser test or a test
 * of processes when it lies there.
 */
export default class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const expected = (file: TestSpecification) =>
      this.ctx.cache.getTestSpecificationResult(file)?.duration ??
      (isBrowser(file) ? 60_000 : /\/test\/[^/]+$/.test(file.moduleId) ? 20_000 : 1000)
    const sorted = files.toSorted((a, b) => expected(b) - expected(a))
    // The first browser test fills the hospital that all of them copy; a second one would only wait for it.
    const other = sorted.findIndex((file) => !isBrowser(file))
    if (other > 1 && sorted[0] && isBrowser(sorted[0])) sorted.splice(1, 0, ...sorted.splice(other, 1))
    return Promise.resolve(sorted)
  }
}

function isBrowser(file: TestSpecification): boolean {
  return file.moduleId.includes('/test/browser/')
}
