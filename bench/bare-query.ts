/** The person search's columns by telephone number, without anything around them. */
export const bareQuery = {
  name: 'person-by-phone',
  text: `select p.id, p.name, p.sex, p.birth_date, p.deceased, t.value as phone, f.last_visit_at, d.name as last_department_name, f.last_condition_text
    from person_telecom t join person p on p.id = t.person_id left join person_facts f on f.person_id = p.id
    left join department d on d.id = f.last_department_id
    where reverse(t.value) = reverse($1) and t.system = 'phone' order by p.id desc limit 50`,
}
