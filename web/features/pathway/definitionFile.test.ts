import { expect, test } from 'vitest'
import { pathwayFileText, readPathwayFile } from './definitionFile.ts'
import { blankPathway } from './editing.ts'

const definition = blankPathway('begin')

test('what was exported is read back, and a bare definition is read too', () => {
  expect(readPathwayFile(pathwayFileText('出院随访', definition))).toEqual({
    ok: true,
    name: '出院随访',
    definition,
  })
  expect(readPathwayFile(JSON.stringify(definition))).toEqual({ ok: true, name: null, definition })
})

test('a file that is no pathway is refused with the place of the fault', () => {
  expect(readPathwayFile('{')).toMatchObject({ ok: false })
  const read = readPathwayFile(
    JSON.stringify({ ...definition, steps: [{ ...definition.steps[0], kind: 'dance' }] }),
  )
  expect(read).toMatchObject({ ok: false, problems: [expect.stringMatching(/^steps\.0/)] })
})
