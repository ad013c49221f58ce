import { expect, test } from 'vitest'
import { ageAt } from './clock.ts'
import { demoHospital } from './hospital.ts'
import { idCheckDigit, makePerson, type Person } from './people.ts'

const contact = Date.parse('2024-03-01T01:00:00Z')
const people = Array.from({ length: 6000 }, (_, i) => makePerson(1, i, contact))

function share(of: (person: Person) => boolean): number {
  return people.filter(of).length / people.length
}

test('the check digit agrees with the example of GB 11643', () => {
  expect(idCheckDigit('11010519491231002')).toBe('X')
  expect(idCheckDigit('44052418800101001')).toBe('4')
})

test('identity numbers are valid, fit birth date and sex, and belong to one person each', () => {
  const numbers = people.flatMap((p) =>
    p.idDocument?.type === 'NI' ? [{ p, number: p.idDocument.value }] : [],
  )
  expect(numbers.length).toBeGreaterThan(5000)
  for (const { p, number } of numbers) {
    expect(number).toMatch(/^\d{17}[\dX]$/)
    expect(idCheckDigit(number.slice(0, 17))).toBe(number.slice(17))
    expect(number.slice(6, 14)).toBe(p.birthDate.replaceAll('-', ''))
    expect(Number(number[16]) % 2 === 1).toBe(p.sex === 'M')
    expect(new Date(`${p.birthDate}T00:00:00Z`).toISOString().slice(0, 10)).toBe(p.birthDate)
  }
  expect(new Set(numbers.map((n) => n.number)).size).toBe(numbers.length)
})

test('ages are those of a hospital: children, working people, many old ones, nobody unborn', () => {
  const ages = people.map((p) => ageAt(p.birthDate, contact))
  expect(Math.min(...ages)).toBe(0)
  expect(Math.max(...ages)).toBeLessThan(105)
  const old = ages.filter((age) => age >= 60).length / ages.length
  expect(old).toBeGreaterThan(0.28)
  expect(old).toBeLessThan(0.45)
})

test('phones have eleven digits and about four in ten adults have a mail address that reaches nobody', () => {
  for (const person of people) {
    if (person.phone) expect(person.phone).toMatch(/^1[3-9]\d{9}$/)
    if (person.email) expect(person.email).toMatch(/@(example\.com|patients\.example)$/)
  }
  expect(share((p) => p.email !== undefined)).toBeGreaterThan(0.25)
  expect(share((p) => p.email !== undefined)).toBeLessThan(0.45)
})

test('names follow the country: a few per cent are traditional, minority or Latin', () => {
  expect(share((p) => p.name.style === 'han')).toBeGreaterThan(0.94)
  expect(share((p) => p.name.family.includes('·'))).toBeGreaterThan(0.01)
  expect(share((p) => p.name.family === '王')).toBeGreaterThan(0.05)
  for (const style of ['taiwan', 'latin']) expect(share((p) => p.name.style === style)).toBeGreaterThan(0)
})

test('a person is the same whoever was made before', () => {
  expect(makePerson(1, 4321, contact)).toEqual(people[4321])
})

test('every clinical department has a head, doctors, a head nurse and nurses, all with their own number', () => {
  const { departments, staff } = demoHospital
  for (const department of departments.filter((d) => d.kind === 'clinical')) {
    const roles = staff.filter((s) => s.departmentCode === department.code).map((s) => s.role)
    const count = (role: string) => roles.filter((r) => r === role).length
    expect([count('head'), count('head-nurse')]).toEqual([1, 1])
    expect(count('doctor')).toBeGreaterThanOrEqual(3)
    expect(count('nurse')).toBeGreaterThanOrEqual(2)
  }
  expect(new Set(staff.map((s) => s.code)).size).toBe(staff.length)
  expect(new Set(departments.map((d) => d.code)).size).toBe(departments.length)
})
