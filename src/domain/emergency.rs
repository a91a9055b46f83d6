//! The numbers of the emergency services, by country.

/// Where nothing is known of a country: the numbers that ITU-T E.161.1 has networks take besides a country's own.
const ELSEWHERE: &str = "112 911";

/// Countries (ISO 3166-1 alpha-2, and the territories that number for themselves) and their numbers. From the emergency numbers of
/// libphonenumber's short number metadata 9.0, with what it lacks of HN, MM and NG, and 112 in all of the European Union (Directive (EU)
/// 2018/1972, article 109).
const KNOWN: &[(&str, &str)] = &[
    ("AC AG LC MS SH TC VC VG", "911 999"),
    ("AD", "110 112 116 118"),
    ("AE PL", "112 997 998 999"),
    ("AF", "100 102 119"),
    ("AI AS BM FM GD GU KY MH MP PA PR PW TV VI", "911"),
    ("AL", "112 127 128 129"),
    ("AM KG", "101 102 103"),
    ("AO", "112 113 115"),
    ("AR", "100 101 107 911"),
    ("AT", "112 122 133 144"),
    ("AU", "000 106 112"),
    ("AW", "100 911"),
    ("AX FI GL IS KW MT RO SE ST VU", "112"),
    ("AZ BY KZ TJ UA", "101 102 103 112"),
    ("BA", "122 123 124"),
    ("BB", "211 311 511 911"),
    ("BD", "100 101 102 199 999"),
    ("BE", "100 101 112"),
    ("BF DJ KM MR SN TD", "17 18"),
    ("BG", "112 150 160 166"),
    ("BH", "199 999"),
    ("BI", "112 113 117"),
    ("BJ", "112 114 116 117 118"),
    ("BL", "18"),
    ("BN", "991 993 995"),
    ("BO", "110 118 119"),
    ("BQ CA CR CW DO NL US", "112 911"),
    ("BR", "112 128 190 192 193 911"),
    ("BS", "911 919"),
    ("BT NO SJ SY", "110 112 113"),
    ("BW", "111 112 911 997 998 999"),
    ("BZ", "90 911 990"),
    ("CC CX", "000 112"),
    ("CD", "113 114 118 177 188"),
    ("CF", "117 118 1220"),
    ("CG", "117 118"),
    ("CH LI", "112 117 118 144"),
    ("CI", "110 111 170 180"),
    ("CK", "996 998 999"),
    ("CL", "131 132 133 911"),
    ("CM", "13 17 113 117"),
    ("CN", "110 119 120"),
    ("CO", "112 119 123 132 156"),
    ("CU", "104 105 106"),
    ("CV", "130 131 132"),
    ("CY", "112 199"),
    ("CZ", "112 150 151 152 153 154 155 156 157 158 159"),
    ("DE EE", "110 112"),
    ("DK FO", "112 114"),
    ("DM KN", "333 911 999"),
    ("DZ", "14 17 112"),
    ("EC", "101 102 112 911"),
    ("EG", "122 123 180"),
    ("EH MA", "15 19 177"),
    ("ER", "112 113 114 116"),
    ("ES", "085 088 112"),
    ("ET", "91 92 93 911 939 991 997"),
    ("FJ", "911 917"),
    ("FK IM MO NU QA SB SC SD SS SZ UG", "999"),
    ("FR GF GP MC MF MQ RE", "15 17 18 112"),
    ("GA", "18 1300 1730"),
    ("GB GG IE JE MY", "112 999"),
    ("GE", "011 022 033 111 112 113 122"),
    ("ML PF PM WF", "15 17 18"),
    ("GH", "191 192 193 999"),
    ("GI", "112 190 199"),
    ("GM", "16 17 18 116 117 118"),
    ("GR", "100 112 166 199"),
    ("GT", "110 120 123"),
    ("GW", "113 117 118"),
    ("GY", "911 912 913"),
    ("HK", "112 992 999"),
    ("HN", "199 911"),
    ("HR", "93 94 112 192 193 194"),
    ("HT", "114 118"),
    ("HU", "104 105 107 112"),
    ("ID", "110 112 113 118 119"),
    ("IL", "100 101 102 112"),
    ("IN", "100 101 102 108 112 1298 2611"),
    ("IQ", "100 104 115 122"),
    ("IR", "110 112 115 125 911"),
    ("IT VA", "112 113 115 118"),
    ("JM", "110 112 119 911"),
    ("JO", "112 191 192 197 911"),
    ("JP", "110 119"),
    ("KE", "112 114 999"),
    ("KH", "117 118 119 666"),
    ("KI", "192 193 194 195 992 993 994"),
    ("KP", "112 119 819"),
    ("KR", "112 119"),
    ("LA", "190 191 195"),
    ("LB", "112 140 175 999"),
    ("LK", "110 112 116 118 119"),
    ("LR", "355 911"),
    ("LS", "112 115 117"),
    ("LT", "01 02 03 011 022 033 101 102 103 112"),
    ("LU SI", "112 113"),
    ("LV", "01 02 03 110 112 113"),
    ("LY", "190 191 193"),
    ("MD", "112 901 902 903"),
    ("ME", "112 122 123 124"),
    ("MG", "17 18 117 118"),
    ("MK XK", "112 192 193 194"),
    ("MM", "191 192 199"),
    ("MN", "100 101 102 103 105"),
    ("MU", "114 115 995 999"),
    ("MV", "102 118 119"),
    ("MW", "199 997 998 999"),
    ("MX", "060 065 066 068 080 911"),
    ("MZ", "117 119 197 198"),
    ("NA", "10111"),
    ("NC", "15 16 17 18"),
    ("NE", "15 17 18 118"),
    ("NF", "911 955 977"),
    ("NG", "112 199"),
    ("NI", "115 118 120 128"),
    ("NP", "100 101 102 103 112"),
    ("NR", "110 111 112"),
    ("NZ", "111"),
    ("OM", "1444 9999"),
    ("PE", "105 116 117"),
    ("PG", "000 110 111"),
    ("PH", "112 117 911"),
    ("PK", "15 16 112 115 1122"),
    ("PS", "100 101 102"),
    ("PT TL", "112 115"),
    ("PY UY", "128 911"),
    ("RS", "92 93 94 112"),
    ("RU", "01 02 03 101 102 103 112"),
    ("RW", "111 112"),
    ("SA", "112 911 997 999"),
    ("SG", "993 995 999"),
    ("SK", "112 150 155 158"),
    ("SL", "019 999"),
    ("SM", "113 115 118"),
    ("SO", "555 888 999"),
    ("SR", "115"),
    ("SV", "911 913"),
    ("SX", "919"),
    ("TG", "117 118 171 172 177"),
    ("TH", "191 199 1669"),
    ("TM", "01 02 03"),
    ("TN", "190 197 198"),
    ("TO", "911 922 933 999"),
    ("TR", "110 112 155"),
    ("TT", "990 999"),
    ("TW", "110 112 119"),
    ("TZ", "110 111 112 114 115 999"),
    ("UZ", "01 02 03 001 002 003 050"),
    ("VE", "112 171 911"),
    ("VN", "113 114 115"),
    ("WS", "911 994 995 996 999"),
    ("YE", "191 194 195 199"),
    ("YT", "15 112"),
    ("ZA", "112 10111 10177"),
    ("ZM", "112 991 993 999"),
    ("ZW", "112 993 994 995 999"),
];

/// The emergency numbers of a country, at least one.
pub fn numbers(country: &str) -> impl Iterator<Item = &'static str> {
    let known = KNOWN.iter().find(|(countries, _)| countries.split(' ').any(|known| known == country));
    known.map_or(ELSEWHERE, |(_, numbers)| numbers).split(' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ExtensionNumber;

    fn of(country: &str) -> Vec<&'static str> {
        numbers(country).collect()
    }

    #[test]
    fn by_country() {
        assert_eq!(of("IL"), ["100", "101", "102", "112"]);
        assert!(of("US").contains(&"911") && of("CA").contains(&"911"));
        assert_eq!((of("GB"), of("AU")), (vec!["112", "999"], vec!["000", "106", "112"]));
        for member in "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split(' ') {
            assert!(of(member).contains(&"112"), "{member}");
        }
        for unknown in ["ZZ", "", "il", "GN"] {
            assert_eq!(of(unknown), ["112", "911"], "{unknown}");
        }
    }

    #[test]
    fn every_country_once_and_every_number_dialled() {
        let mut countries: Vec<_> = KNOWN.iter().flat_map(|(countries, _)| countries.split(' ')).collect();
        let rows = countries.len();
        countries.sort_unstable();
        countries.dedup();
        assert_eq!(countries.len(), rows);
        for number in countries.into_iter().flat_map(numbers) {
            assert!((2..=5).contains(&number.len()) && ExtensionNumber::parse(number).is_ok(), "{number}");
        }
    }
}
