import { useTranslation } from 'react-i18next'
import {
  type BookingRestriction,
  listBookingRestrictions,
  restrictionView,
} from '../../../contract/booking-restriction.ts'
import { personColumn } from '../../app/personColumn.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { type Column, column, ListPage, useList } from '../../ui/ListPage.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { RestrictionDrawer } from './RestrictionDrawer.tsx'
import { RestrictionState } from './status.tsx'
import { ViewChips } from './ViewChips.tsx'

/** Whom the no-show rule keeps from booking by web and phone, on what grounds, and what they say to it. */
export default function NoShowsPage() {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters()
  const view = restrictionView.options.find((one) => one === first(filters['view'])) ?? 'active'
  const opened = Number(first(filters['open'])) || null
  const source = useList(listBookingRestrictions, { view })
  const columns: Column<BookingRestriction>[] = [
    personColumn(t('appointments.person'), (one) => ({ id: one.personId, name: one.personName })),
    column('until', t('noShows.until'), (one) => <TimeText at={one.until} show="moment" />),
    column('counted', t('noShows.counted'), { align: 'right' }, (one) => one.counted.length),
    column('leftOut', t('noShows.leftOut'), { align: 'right', wideOnly: true }, (one) => one.leftOut.length),
    column('state', t('appointments.state'), (one) => <RestrictionState restriction={one} />),
    column('appeal', t('noShows.appeal'), (one) => one.appeal?.text ?? '—'),
  ]
  const shown = source.items.find((one) => one.id === opened)
  return (
    <>
      <ListPage
        title={t('noShows.title')}
        filters={
          <ViewChips
            label={t('appointments.state')}
            views={restrictionView.options}
            text={(one) => t(`noShows.view.${one}`)}
          />
        }
        source={source}
        columns={columns}
        rowKey={(one) => one.id}
        onOpen={(one) => setFilters({ open: String(one.id) })}
        empty={{ title: t('noShows.none'), hint: t('noShows.noneHint') }}
      />
      {shown && (
        <RestrictionDrawer
          key={shown.id}
          restriction={shown}
          onClose={() => setFilters({ open: undefined })}
        />
      )}
    </>
  )
}
