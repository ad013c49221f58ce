import { LeftOutlined, RightOutlined } from '@ant-design/icons'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useShipped } from '../../i18n/useShipped.ts'
import { listCalendar, putCalendarYear } from '../../../contract/setting.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { type Column, ListTable, column } from '../../ui/ListPage.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { CalendarEditor } from './CalendarEditor.tsx'
import { type Day, type Range, daysIn, toRanges } from './ranges.ts'
import { SitePicker, useSite } from './useSite.tsx'
import { useDo } from '../../ui/useDo.ts'

export function CalendarTab() {
  const { t, i18n } = useTranslation()
  const shipped = useShipped()
  const time = useTime()
  const site = useSite()
  const { siteId } = site
  const { modal } = App.useApp()
  const [filters, setFilters] = useFilters()
  const [editing, setEditing] = useState(false)
  const asked = Number(first(filters['year']))
  const year = asked >= 2000 && asked <= 2100 ? asked : new Date().getFullYear()
  const calendar = useCall(listCalendar, { query: { year, siteId } })
  const save = useDo(putCalendarYear, {
    done: t('settings.calendar.saved', { year }),
    stale: [listCalendar],
    onDone: () => setEditing(false),
  })
  const goTo = (next: number) => {
    setEditing(false)
    setFilters({ year: String(next) })
  }
  const { data } = calendar
  const ranges = toRanges(data?.days ?? [])
  const sources = new Map((data?.days ?? []).map((day) => [day.date, day.source]))
  const put = (days: Day[]) => save.mutate({ params: { year }, body: { days, siteId: siteId ?? null } })
  const inherit = () =>
    void modal.confirm({
      title: t('settings.calendar.inheritConfirm', { year }),
      okText: t('settings.calendar.inherit'),
      cancelText: t('common.cancel'),
      onOk: () => put([]),
    })
  const edit = site.mayEdit && <Button onClick={() => setEditing(true)}>{t('settings.calendar.edit')}</Button>

  const regions = new Intl.DisplayNames(i18n.language, { type: 'region' })
  const sourceWords = (source = '') => {
    if (source.startsWith('chinese-days')) return t('settings.calendar.builtIn')
    return source.startsWith('DGPA') ? t('settings.calendar.builtInTaiwan') : source
  }

  const columns: Column<Range>[] = [
    column('period', t('settings.calendar.period'), (one) =>
      one.from === one.to
        ? time.day(`${one.from}T00:00`)
        : `${time.day(`${one.from}T00:00`)} – ${time.day(`${one.to}T00:00`)}`,
    ),
    column('name', t('settings.calendar.name'), (one) => shipped(one.name)),
    column('kind', t('settings.calendar.kind'), (one) => (
      <StatusTag tone={one.working ? 'warning' : 'success'}>
        {t(one.working ? 'settings.calendar.workday' : 'settings.calendar.holiday')}
      </StatusTag>
    )),
    column('days', '', { align: 'right' }, (one) => t('settings.calendar.days', { n: daysIn(one) })),
    column('source', t('settings.calendar.source'), (one) => (
      <span className="secondary small">{sourceWords(sources.get(one.from))}</span>
    )),
  ]
  const total = (working: boolean) => (data?.days ?? []).filter((day) => day.working === working).length

  return (
    <>
      <SitePicker
        {...site}
        choose={(id) => {
          setEditing(false)
          site.choose(id)
        }}
      />
      <div className="calendar-year">
        <Button aria-label={t('settings.calendar.previous')} onClick={() => goTo(year - 1)}>
          <LeftOutlined aria-hidden />
        </Button>
        <h2>
          {data
            ? t('settings.calendar.yearOfCountry', {
                year,
                country: regions.of(data.country) ?? data.country,
              })
            : t('settings.calendar.year', { year })}
        </h2>
        <Button aria-label={t('settings.calendar.next')} onClick={() => goTo(year + 1)}>
          <RightOutlined aria-hidden />
        </Button>
        {data?.known && !editing && edit}
        {siteId !== undefined && data?.known && !data.inherited && !editing && site.mayEdit && (
          <button type="button" className="plain-button" onClick={inherit}>
            {t('settings.calendar.inherit')}
          </button>
        )}
      </div>
      {calendar.isError ? (
        <ErrorState error={calendar.error} onRetry={() => void calendar.refetch()} />
      ) : (
        <>
          {data && !data.known && (
            <Notice tone="danger" title={t('settings.calendar.unknown', { year })} action={!editing && edit}>
              {t('settings.calendar.unknownHint')}
            </Notice>
          )}
          {data?.known && data.inherited && <Notice tone="info" title={t('settings.calendar.inherited')} />}
          {data?.known && !editing && (
            <Notice
              tone="success"
              title={t('settings.calendar.known', { year, holidays: total(false), workdays: total(true) })}
            />
          )}
          {editing && data ? (
            <CalendarEditor
              key={`${year} ${siteId ?? ''}`}
              year={year}
              initial={ranges}
              busy={save.isPending}
              onSave={put}
              onCancel={() => setEditing(false)}
            />
          ) : (
            (data?.known ?? true) && (
              <ListTable
                label={t('settings.calendar.year', { year })}
                source={{ ...calendar, items: ranges }}
                columns={columns}
                rowKey={(one) => one.from}
                empty={{ title: t('settings.calendar.empty'), hint: t('settings.calendar.emptyHint') }}
              />
            )
          )}
        </>
      )}
    </>
  )
}
