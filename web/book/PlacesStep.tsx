import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Department, Places, Site } from './api.ts'
import { momentAt } from './format.ts'
import { Card, Choices, Field } from './parts.tsx'
import { useChoice } from './useChoice.ts'

type PlacesStepProps = {
  places: Places
  large: boolean
  problem: string | null
  onChoose: (site: Site, department: Department) => void
}

/** More than fit on a screen: then one can look for a name. */
const manyDepartments = 12
/** So few are worth saying. */
const few = 20

/** Hospital and department. In large type these are two questions, else both stand on one screen and one tap answers both. */
export function PlacesStep({ places: { sites }, large, problem, onChoose }: PlacesStepProps) {
  const { t, i18n } = useTranslation()
  const [siteId, setSiteId] = useChoice<number>('site', large)
  const [wanted, setWanted] = useState('')
  const asksSite = large && sites.length > 1 && siteId === null
  const site = sites.find((one) => one.id === siteId) ?? sites[0]
  if (!site)
    return (
      <Card title={t('booking.closed')} problem={problem}>
        <p>{t('booking.closedHint')}</p>
      </Card>
    )
  if (asksSite)
    return (
      <Card title={t('booking.siteTitle')} problem={problem}>
        <Choices
          label={t('booking.siteTitle')}
          options={sites.map((one) => ({ key: one.id, text: one.name, value: one.id }))}
          onChoose={setSiteId}
        />
      </Card>
    )
  const fitting = site.departments.filter((one) => one.name.includes(wanted.trim()))
  return (
    <Card title={t('booking.departmentTitle')} problem={problem}>
      {sites.length > 1 && !large && (
        <div className="book-chips" role="group" aria-label={t('booking.siteTitle')}>
          {sites.map((one) => (
            <button
              key={one.id}
              type="button"
              aria-pressed={one.id === site.id}
              onClick={() => setSiteId(one.id)}
            >
              {one.name}
            </button>
          ))}
        </div>
      )}
      {(sites.length === 1 || large) && <p className="form-place">{site.name}</p>}
      {site.departments.length > manyDepartments && (
        <Field
          label={t('booking.findDepartment')}
          value={wanted}
          onChange={setWanted}
          input={{ type: 'search', autoComplete: 'off' }}
        />
      )}
      {fitting.length === 0 && <p role="status">{t('booking.noDepartment')}</p>}
      <Choices
        label={t('booking.department')}
        options={fitting.map((one) => ({
          key: one.id,
          text: one.name,
          more: t(one.free > few ? 'booking.first' : 'booking.few', {
            at: momentAt(one.firstAt, site.timeZone, i18n.language),
            n: one.free,
          }),
          value: one,
        }))}
        onChoose={(one) => onChoose(site, one)}
      />
      <p className="secondary">{t('booking.emergency', { number: site.emergencyNumber })}</p>
    </Card>
  )
}
