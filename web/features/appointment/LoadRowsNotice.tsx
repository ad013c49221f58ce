import { useTranslation } from 'react-i18next'
import { type AppointmentMeasure, cancelledBy } from '../../../contract/appointment.ts'
import { first, useFilters } from '../../ui/filters.ts'
import { useLoadText } from './useLoadText.ts'

/** Which number of the load of clinics these appointments are behind. */
export function LoadRowsNotice({ measure }: { measure: AppointmentMeasure }) {
  const { t } = useTranslation()
  const { weekday } = useLoadText()
  const [filters] = useFilters()
  const of = (name: string) => first(filters[name])
  const by = cancelledBy.options.find((one) => one === of('cancelledBy'))
  const words = [
    t(`clinicLoad.measure.${measure}`),
    by && `${t('clinicLoad.cancelledColumns.by')} ${t(`appointments.by.${by}`)}`,
    of('from') && `${of('from')}～${of('to') ?? ''}`,
    of('weekday') && weekday(Number(of('weekday'))),
    of('hourTo') && t('clinicLoad.hoursOf', { from: of('hourFrom') ?? 0, to: of('hourTo') }),
  ]
  return (
    <p className="secondary" role="note">
      {words.filter(Boolean).join(' · ')}
    </p>
  )
}
