"""Words from which demo records are made. All people, companies and numbers are invented."""

from __future__ import annotations

__all__ = [
    "BRANCHES",
    "CITIES",
    "COMPANY_HEADS",
    "COMPANY_TAILS",
    "FEMALE",
    "FEMALE_FAMILY",
    "JOBS",
    "MALE",
    "MALE_FAMILY",
    "STREETS",
    "SUBJECTS",
]

FEMALE = (
    "Jana", "Eva", "Hana", "Anna", "Lenka", "Kateřina", "Lucie", "Věra", "Alena", "Petra", "Veronika", "Tereza", "Martina",
    "Jitka", "Michaela", "Zuzana", "Ivana", "Monika", "Barbora", "Eliška", "Klára", "Adéla", "Nikola", "Markéta", "Simona",
)
MALE = (
    "Jiří", "Jan", "Petr", "Josef", "Pavel", "Martin", "Tomáš", "Jaroslav", "Miroslav", "Zdeněk", "František", "Václav",
    "Michal", "Milan", "Karel", "Jakub", "Lukáš", "David", "Ondřej", "Marek", "Vojtěch", "Filip", "Adam", "Matěj", "Daniel",
)
MALE_FAMILY = (
    "Novák", "Svoboda", "Novotný", "Dvořák", "Černý", "Procházka", "Kučera", "Veselý", "Horák", "Němec", "Marek", "Pospíšil",
    "Hájek", "Jelínek", "Král", "Růžička", "Beneš", "Fiala", "Sedláček", "Doležal", "Zeman", "Kolář", "Krejčí", "Navrátil",
    "Čermák", "Vaněk", "Urban", "Blažek", "Kříž", "Kovář", "Bartoš", "Vlček", "Kopecký", "Musil", "Šimek", "Konečný", "Malý",
)
FEMALE_FAMILY = (
    "Nováková", "Svobodová", "Novotná", "Dvořáková", "Černá", "Procházková", "Kučerová", "Veselá", "Horáková", "Němcová",
    "Marková", "Pospíšilová", "Hájková", "Jelínková", "Králová", "Růžičková", "Benešová", "Fialová", "Sedláčková",
    "Doležalová", "Zemanová", "Kolářová", "Krejčí", "Navrátilová", "Čermáková", "Vaňková", "Urbanová", "Blažková",
    "Křížová", "Kovářová", "Bartošová", "Vlčková", "Kopecká", "Musilová", "Šimková", "Konečná", "Malá",
)
CITIES = (  # city, postcode, region, weight
    ("Praha", "110 00", "Hlavní město Praha", 30), ("Brno", "602 00", "Jihomoravský", 14), ("Ostrava", "702 00", "Moravskoslezský", 10),
    ("Plzeň", "301 00", "Plzeňský", 7), ("Liberec", "460 01", "Liberecký", 5), ("Olomouc", "779 00", "Olomoucký", 5),
    ("České Budějovice", "370 01", "Jihočeský", 5), ("Hradec Králové", "500 02", "Královéhradecký", 4),
    ("Ústí nad Labem", "400 01", "Ústecký", 4), ("Pardubice", "530 02", "Pardubický", 4), ("Zlín", "760 01", "Zlínský", 3),
    ("Jihlava", "586 01", "Vysočina", 3), ("Karlovy Vary", "360 01", "Karlovarský", 2), ("Kladno", "272 01", "Středočeský", 4),
)
STREETS = (
    "Nádražní", "Husova", "Palackého", "Masarykova", "Komenského", "Jiráskova", "Školní", "Zahradní", "Na Výsluní", "Lipová",
    "Dlouhá", "Polní", "Sokolská", "Riegrova", "Tyršova", "Havlíčkova", "Smetanova", "Dvořákova", "Luční", "U Parku",
    "K Lesu", "Za Humny", "Krátká", "Lesní", "Mlýnská", "Květná", "Vinohradská", "Korunní", "Křižíkova", "Sladkovského",
)
COMPANY_HEADS = (
    "Alfa", "Bohemia", "Morava", "Vltava", "Sázava", "Orlice", "Beskyd", "Šumava", "Krkonoš", "Lužnice", "Otava", "Svitava",
    "Delta", "Omega", "Sigma", "Nova", "Prima", "Optima", "Integra", "Dyna", "Helios", "Merkur", "Atlas", "Titan", "Polar",
    "Kobalt", "Granit", "Opál", "Jantar", "Rubín",
)
COMPANY_TAILS = (
    "Stroj", "Trans", "Logistik", "Data", "Systems", "Stav", "Elektro", "Agro", "Chem", "Plast", "Textil", "Energo", "Med",
    "Print", "Design", "Consult", "Servis", "Invest", "Food", "Steel",
)
BRANCHES = ("manufacturing", "logistics", "construction", "retail", "agriculture", "energy", "health care", "education", "IT services", "finance")
JOBS = ("Managing director", "Finance director", "IT manager", "Office manager", "Network administrator", "Purchaser", "Accountant", "Operations manager")
SUBJECTS = {
    "call": ("Question about the invoice", "Speed is lower than expected", "Wants to change the tariff", "Asks about fibre at a new address", "Router replacement"),
    "email": ("Offer for Internet 500", "Contract extension", "Change of the billing address", "Complaint about an outage", "Request for an e-invoice"),
    "chat": ("Cannot sign in to the portal", "Set-top box does not start", "Asks for the amount due"),
    "visit": ("Presentation of the offer", "Site visit before installation", "Signing of the contract"),
    "sms": ("Appointment confirmed", "Reminder of payment"),
}
