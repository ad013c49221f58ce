import writeXlsxFile, { type SheetData } from 'write-excel-file/node'
import type { LoadGroup, Outlook } from '../../../contract/appointment-load.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { tableSheet } from '../../platform/sheet.ts'
import { getAppointmentLoad, type LoadQuery } from './load.ts'
import { getAppointmentForecast } from './load-forecast.ts'

const weekdays = ['周一', '周二', '周三', '周四', '周五', '周六', '周日']
const parts = { morning: '上午', afternoon: '下午' }
const round = (value: number | null | undefined) =>
  value === null || value === undefined ? null : Math.round(value * 1000) / 1000

/** The advice as a sentence with its numbers. */
function adviceText({ advice, forecast, places, counted, waiting }: Outlook): string | null {
  if (!forecast) return `只有 ${counted.length} 天的数据，不足以预测`
  if (!advice) return null
  if (advice.kind === 'short')
    return `每次再放 ${advice.n} 个号（预计 ${round(forecast.expected)} 人，已放 ${round(places)} 个）`
  if (advice.kind === 'idle')
    return `每次可少放 ${advice.n} 个号（预计最多 ${round(forecast.high)} 人，已放 ${round(places)} 个）`
  return `${counted.length} 天中有 ${counted.filter((day) => day.full).length} 天约满，还有 ${waiting} 人候补，实际需求更高`
}

/** The figures of a period by department and doctor, by hour, and the forecast. It names no patients. @throws {AppError} as `getAppointmentLoad` */
export async function exportAppointmentLoad(db: Db, actor: Actor, query: LoadQuery): Promise<Buffer> {
  authorize(actor, 'figure.export')
  const load = await getAppointmentLoad(db, actor, query)
  const { items } = await getAppointmentForecast(db, actor, query)
  await audit(db, actor, { action: 'figure.export', subject: `appointment-load site:${query.siteId}` })
  const groups = (rows: LoadGroup[]): SheetData =>
    tableSheet(rows, [
      ['科室', (row) => row.departmentName ?? '未定科室'],
      ['医生', (row) => row.staffName],
      ['号源', (row) => row.open],
      ['已用', (row) => row.counts.used],
      ['使用率', (row) => round(row.utilisation)],
      ['加号', (row) => row.counts.overbooked],
      ['应到', (row) => row.counts.due],
      ['爽约', (row) => row.counts.missed],
      ['爽约率', (row) => round(row.missedRate)],
      ['取消', (row) => row.counts.cancelled],
      ['24 小时内取消', (row) => row.counts.late],
      ['提前天数（中位）', (row) => round(row.lead.median)],
      ['提前天数（90%）', (row) => round(row.lead.p90)],
      ['第三可约（天）', (row) => row.thirdNext?.days],
      ['候诊分钟（中位）', (row) => round(row.wait.median)],
      ['候诊分钟（90%）', (row) => round(row.wait.p90)],
      ['30 分钟内叫到', (row) => round(row.wait.within30)],
    ])
  return writeXlsxFile([
    { data: groups(load.departments), sheet: '科室', stickyRowsCount: 1 },
    { data: groups(load.doctors), sheet: '医生', stickyRowsCount: 1 },
    {
      data: tableSheet(load.hours, [
        ['星期', (row) => weekdays[row.weekday - 1]],
        ['钟点', (row) => row.hour],
        ['号源', (row) => row.open],
        ['已用', (row) => row.used],
      ]),
      sheet: '时段',
      stickyRowsCount: 1,
    },
    {
      data: tableSheet(items, [
        ['科室', (row) => row.departmentName],
        ['星期', (row) => weekdays[row.weekday - 1]],
        ['半天', (row) => parts[row.part]],
        ['统计天数', (row) => row.counted.length],
        ['预计人数', (row) => round(row.forecast?.expected)],
        ['下限', (row) => round(row.forecast?.low)],
        ['上限', (row) => round(row.forecast?.high)],
        ['已放号', (row) => round(row.places)],
        ['候补', (row) => row.waiting],
        ['建议', adviceText],
      ]),
      sheet: '未来四周',
      stickyRowsCount: 1,
    },
  ]).toBuffer()
}
