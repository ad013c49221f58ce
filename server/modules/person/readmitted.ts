import type { PersonRow } from './person.ts'

/** Readmission: a second inpatient stay within 30 days after the first. */
export function readmitted(encounters: PersonRow['encounters']): boolean {
  const stays = encounters.filter((one) => one['class'] === 'inpatient' && one.starts_at)
  return stays.some((later) =>
    stays.some((earlier) => {
      const gap =
        earlier.ends_at && later.starts_at ? Date.parse(later.starts_at) - Date.parse(earlier.ends_at) : -1
      return (
        gap > 0 && gap <= 30 * 86_400_000 && Date.now() - Date.parse(later.starts_at ?? '') <= 90 * 86_400_000
      )
    }),
  )
}
