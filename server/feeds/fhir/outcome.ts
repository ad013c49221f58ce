import { AppError } from '../../platform/errors.ts'

/** FHIR issue types in our answers (http://hl7.org/fhir/R4/valueset-issue-type.html). */
export type IssueCode =
  | 'invalid'
  | 'structure'
  | 'required'
  | 'value'
  | 'too-long'
  | 'too-costly'
  | 'not-found'
  | 'not-supported'
  | 'multiple-matches'
  | 'business-rule'
  | 'conflict'
  | 'duplicate'
  | 'login'
  | 'forbidden'
  | 'throttled'
  | 'transient'
  | 'exception'

export type Issue = {
  code: IssueCode
  /** A plain sentence: what is wrong and what was expected. */
  diagnostics: string
  /** FHIRPath of the element, such as `Observation.status`. */
  expression?: string
}

/** A failed interaction, answered as OperationOutcome. Nothing is stored. */
export class FhirError extends Error {
  readonly status: number
  readonly issues: Issue[]

  constructor(status: number, ...issues: Issue[]) {
    super(issues[0]?.diagnostics ?? 'The interaction failed.')
    this.status = status
    this.issues = issues
  }
}

export type OperationOutcome = {
  resourceType: 'OperationOutcome'
  issue: { severity: 'error' | 'fatal'; code: IssueCode; diagnostics: string; expression?: string[] }[]
}

export function outcomeOf(issues: Issue[]): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map(({ code, diagnostics, expression }) => ({
      severity: code === 'exception' ? 'fatal' : 'error',
      code,
      diagnostics,
      ...(expression && { expression: [expression] }),
    })),
  }
}

const codes: Partial<Record<number, IssueCode>> = {
  400: 'structure',
  401: 'login',
  403: 'forbidden',
  404: 'not-found',
  408: 'transient',
  409: 'conflict',
  413: 'too-long',
  415: 'not-supported',
  422: 'invalid',
  429: 'throttled',
  503: 'transient',
}

/** The part of an error that callers may see; undefined for internal errors, whose text stays in the log. */
export function asFhirError(error: unknown): FhirError | undefined {
  if (error instanceof FhirError) return error
  if (!(error instanceof AppError)) return undefined
  const code = codes[error.status] ?? 'exception'
  const fields = error.fields?.map(({ path, message }) => ({ code, diagnostics: `${path}: ${message}` }))
  return new FhirError(error.status, ...(fields ?? [{ code, diagnostics: error.message }]))
}

/** @throws {FhirError} 404 */
export function noSuch(reference: string): FhirError {
  return new FhirError(404, {
    code: 'not-found',
    diagnostics: `There is no ${reference}, or it lies outside what you may see.`,
  })
}
