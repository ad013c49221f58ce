import { expect, test } from 'vitest'
import { emptyForm, fromForm, toForm } from './profileForm.ts'

test('what is shown of a profile is that profile again when saved', () => {
  const typed = {
    ...emptyForm,
    charset: 'GB18030',
    timeZone: 'Asia/Taipei',
    silentMinutes: '90',
    fields: [{ to: 'PID-3', from: 'ZPD-2', value: '' }],
    codes: { ...emptyForm.codes, sex: '男 = M\n\n女=F' },
  }
  const result = fromForm(typed)
  if (!('definition' in result)) throw new Error(result.problem)
  expect(result.definition).toMatchObject({
    charset: 'GB18030',
    silentMinutes: 90,
    site: null,
    fields: [{ to: 'PID-3', from: 'ZPD-2', value: null }],
    codes: { sex: { 男: 'M', 女: 'F' } },
  })
  expect(fromForm(toForm(result.definition))).toEqual(result)
})

test('the first thing that is not right is named', () => {
  expect(fromForm({ ...emptyForm, timeZone: 'nowhere' })).toEqual({ problem: 'timeZone' })
  expect(fromForm({ ...emptyForm, silentMinutes: 'soon' })).toEqual({ problem: 'silentMinutes' })
  expect(fromForm({ ...emptyForm, fields: [{ to: 'PID', from: 'PID-2', value: '' }] })).toEqual({
    problem: 'fields.0.to',
  })
  expect(fromForm({ ...emptyForm, codes: { ...emptyForm.codes, sex: '男' } })).toEqual({
    problem: 'codes.sex.男',
  })
})
